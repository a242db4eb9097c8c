// A history sent once and scrubbed in the page, and the button that plays it.
"use strict";

const films = new Map();
// Positions in a second, or fewer, so that a whole history takes this many seconds at least.
const PER_SECOND = 14, SHORTEST = 5, CALM = 250;
let playing = 0, calm = 0;

const playable = () => controls.find((control) => control.name === setup.history);
const otherKey = () => controls.filter((c) => c.name !== setup.history).map((c) => state[c.name]).join(",");

function unpacked(film, position) {
  const frame = film.frames[position];
  const panels = frame.panels.map((panel) => panel.kind === "panel" ? { ...panel, lines: panel.lines.map((i) => film.lines[i]) } : panel);
  return { ...frame, panels };
}

function fromFilm() {
  const film = films.get(otherKey());
  return film ? unpacked(film, place(playable())) : null;
}

async function fetchFilm() {
  const key = otherKey();
  if (films.has(key) || isPair()) return;
  const content = await answered(`${setup.source}/history?${settings()}`, () => key === otherKey());
  if (content?.film) films.set(key, content.film);
}

// The rest of the history is fetched when the other sliders have come to rest.
function expectFilm() {
  clearTimeout(calm);
  if (!setup.history || window.particleSimStates || films.has(otherKey())) return;
  calm = setTimeout(() => fetchFilm().catch(() => {}), CALM);
}

function stop() {
  cancelAnimationFrame(playing);
  playing = 0;
  byId("sentences").setAttribute("aria-live", "polite");
  const button = byId("play");
  button.textContent = "▶ Play";
  button.setAttribute("aria-label", "Play the history");
}

async function play() {
  if (playing) { stop(); return; }
  const control = playable(), last = control.values.length - 1, button = byId("play");
  if (!window.particleSimStates) await fetchFilm().catch(() => {});
  if (place(control) === last) move(control, control.values[0]);
  byId("sentences").setAttribute("aria-live", "off");
  const from = place(control), began = performance.now(), pace = Math.min(PER_SECOND, last / SHORTEST);
  button.textContent = "❚❚ Pause";
  button.setAttribute("aria-label", "Pause");
  const step = (now) => {
    const position = Math.min(last, from + Math.floor(Math.max(now - began, 0) / 1000 * pace));
    if (position !== place(control)) move(control, control.values[position]);
    if (position === last) { stop(); return; }
    playing = requestAnimationFrame(step);
  };
  playing = requestAnimationFrame(step);
}

function playButton() {
  const button = Object.assign(document.createElement("button"), { type: "button", id: "play", className: "play" });
  button.addEventListener("click", play);
  return button;
}

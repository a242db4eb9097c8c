// Controls, and their state in the URL.
"use strict";

const byId = (id) => document.getElementById(id);
const handed = JSON.parse(byId("setup").textContent), setup = handed.charges?.materials ? paired(handed) : handed;
const controls = setup.controls;
const state = {};
const seedGiven = new URLSearchParams(location.search).get("seed");
let picture = null, moved = 0;

const place = (control) => Math.max(0, control.values.indexOf(state[control.name]));
const shown = (control, value) => control.titles ? control.titles[control.values.indexOf(value)] : `${printed(value)} ${control.unit}`.trim();

// 1e-15 and 316000 as a textbook prints them.
function printed(value) {
  const [digits, power] = (Math.abs(value) < 1e5 ? String(value) : value.toExponential()).split("e");
  if (power === undefined) return digits;
  const up = [...String(Math.abs(power))].map((digit) => RAISED[digit]).join("");
  return `${digits === "1" ? "" : `${digits} × `}10${power < 0 ? "⁻" : ""}${up}`;
}

function nearest(control, value) {
  const near = (v) => Math.abs(control.logarithmic ? Math.log(v / value) : v - value);
  return control.values.reduce((best, v) => (near(v) < near(best) ? v : best));
}

function buildControls() {
  const form = byId("controls"), groups = new Map();
  for (const control of controls) {
    if (control.name === setup.history) { form.prepend(slider(control)); continue; }
    if (!groups.has(control.group)) {
      const set = document.createElement("fieldset");
      set.innerHTML = `<legend></legend>`;
      set.querySelector("legend").textContent = control.group || "Conditions";
      groups.set(control.group, set);
      form.append(set);
    }
    groups.get(control.group).append(control.titles ? choice(control) : slider(control));
  }
  if (controls.some((control) => control.plausible)) {
    form.append(Object.assign(document.createElement("p"), { className: "quiet explained", innerHTML: '<i class="plausible-key"></i> plausible by the material file; outside it you ask about another material' }));
  }
  form.addEventListener("submit", (event) => event.preventDefault());
}

function slider(control) {
  const box = document.createElement("div");
  box.className = "control";
  box.innerHTML = `<label for="c-${control.name}"></label><output for="c-${control.name}" id="o-${control.name}"></output>
    <input type="range" id="c-${control.name}" min="0" max="${control.values.length - 1}" step="1">`;
  box.querySelector("label").textContent = control.label;
  if (control.plausible && control.values.length > 1) box.append(plausible(control));
  const input = box.querySelector("input");
  input.disabled = control.values.length < 2;
  if (input.disabled) box.title = "Fixed on pages without a server; particle-sim learn moves it.";
  input.addEventListener("input", () => { if (playing) stop(); move(control, control.values[Number(input.value)]); });
  if (control.name === setup.history) {
    box.classList.add("history");
    box.append(playButton());
  }
  return box;
}

function plausible(control) {
  const values = control.values, last = values.length - 1;
  const share = (v) => 100 * values.indexOf(nearest(control, v)) / Math.max(last, 1);
  const [low, high] = control.plausible, bar = document.createElement("div");
  bar.className = "plausible";
  bar.innerHTML = `<span style="margin-left:${share(low)}%;width:${Math.max(share(high) - share(low), 1)}%"></span>`;
  const words = Object.assign(document.createElement("span"), { className: "range" }), number = (v) => printed(Number(v.toPrecision(3)));
  words.textContent = `plausible: ${number(low)} to ${number(high)} ${control.unit}`.trim();
  const both = document.createElement("div");
  both.className = "believed";
  both.append(bar, words);
  return both;
}

function choice(control) {
  const box = document.createElement("div");
  box.className = "control";
  box.innerHTML = `<label for="c-${control.name}"></label><select id="c-${control.name}"></select>`;
  box.querySelector("label").textContent = control.label;
  const select = box.querySelector("select");
  control.values.forEach((value, i) => select.append(new Option(control.titles[i], value)));
  select.addEventListener("change", () => move(control, select.value));
  return box;
}

function showControls() {
  for (const control of controls) {
    const input = byId(`c-${control.name}`), value = state[control.name];
    if (control.titles) { input.value = value; continue; }
    input.value = control.values.indexOf(nearest(control, value));
    input.setAttribute("aria-valuetext", shown(control, value));
    byId(`o-${control.name}`).textContent = shown(control, value);
  }
}

function address() {
  const query = new URLSearchParams(setup.fixed);
  for (const control of controls) if (state[control.name] !== control.start) query.set(control.name, state[control.name]);
  if (seedGiven !== null) query.set("seed", seedGiven);
  const text = query.toString();
  return `${location.pathname}${text ? "?" + text : ""}`;
}

function move(control, value) {
  state[control.name] = value;
  inHand = control;
  moved = performance.now();
  showControls();
  history.replaceState(null, "", address());
  complain([]);
  ask();
}

function complain(problems) {
  const box = byId("problems");
  box.hidden = problems.length === 0;
  box.replaceChildren(...problems.map((text) => Object.assign(document.createElement("p"), { textContent: text })));
}

function exported() {
  const key = controls.filter((control) => control.name !== setup.history).map(place).join(",");
  const found = window.particleSimStates[key];
  return setup.history ? unpacked(found, place(playable())) : found;
}

function row(label, ...values) {
  const made = document.createElement("tr");
  made.append(Object.assign(document.createElement("th"), { scope: "row", textContent: label }));
  made.append(...values.map((text) => Object.assign(document.createElement("td"), { textContent: text })));
  return made;
}

function show(found) {
  picture = found;
  drawPicture(picture);
  const rows = picture.numbers.map((n) => row(n.label, n.value, n.unit)), table = document.createElement("table");
  table.append(...rows);
  byId("numbers").replaceChildren(table);
  byId("numbers").parentElement.hidden = rows.length === 0;
  byId("command").hidden = !picture.command;
  byId("command-text").textContent = picture.command;
  document.body.dataset.redraw = moved ? String(Math.round(performance.now() - moved)) : "";
  document.body.dataset.pictures = String(Number(document.body.dataset.pictures || 0) + 1);
}

function readAddress() {
  const problems = [];
  for (const control of controls) state[control.name] = control.start;
  for (const [name, text] of new URLSearchParams(location.search)) {
    const control = controls.find((c) => c.name === name);
    if (Object.hasOwn(setup.fixed, name) || name === "seed") continue;
    if (!control) { problems.push(`The link sets ${name}, which is not here; the rest is shown.`); continue; }
    if (control.titles) {
      if (control.values.includes(text)) state[name] = text;
      else problems.push(`The link sets ${name} to "${text.slice(0, 40)}"; it can be ${control.values.join(", ")}. Shown instead: ${control.start}.`);
      continue;
    }
    const value = Number(text), last = control.values.length - 1;
    const inside = text.trim() !== "" && value >= control.values[0] && value <= control.values[last];
    if (inside) state[name] = nearest(control, value);
    if (inside && state[name] !== value) problems.push(`The link sets ${name} to ${value}; the nearest position of the slider is shown: ${shown(control, state[name])}.`);
    if (!inside) problems.push(`The link sets ${name} to "${text.slice(0, 40)}"; it goes from ${control.values[0]} to ${control.values[last]} ${control.unit}. Shown instead: ${control.start}.`);
  }
  return problems;
}

function say(text) { byId("said").textContent = text; }

function tools() {
  const name = document.title.split(" · ")[0].replace(/[^A-Za-z0-9]+/g, "_");
  byId("reset").addEventListener("click", () => {
    for (const control of controls) state[control.name] = control.start;
    move(controls[0], controls[0].start);
    say("Everything is back at the start.");
  });
  byId("copy-link").addEventListener("click", async () => {
    try { await navigator.clipboard.writeText(location.href); say("The link is copied."); }
    catch { say(`Copy the address of this page: ${location.href}`); }
  });
  byId("save-data").addEventListener("click", () => { save(`${name}.csv`, new Blob([asTable(picture)], { type: "text/csv" })); say("The data are saved as CSV."); });
  byId("save-figure").addEventListener("click", async () => { save(`${name}.png`, await asImage(document.title.split(" · ")[0])); say("The figure is saved as PNG."); });
  byId("save-drawing").addEventListener("click", async () => { save(`${name}.svg`, new Blob([await asDrawing(document.title.split(" · ")[0])], { type: "image/svg+xml" })); say("The figure is saved as SVG."); });
}

function open() {
  byId("scene").hidden = false;
  const problems = [...setup.problems, ...readAddress()];
  showControls();
  complain(problems);
  ask();
}

buildControls();
for (const control of controls) state[control.name] = control.start;
showControls();
if (setup.history) stop();
tools();
globalThis.matchMedia?.("(prefers-color-scheme: dark)").addEventListener("change", () => { if (picture) drawPicture(picture); });
globalThis.addEventListener?.("resize", () => { if (picture) drawPicture(picture); });
if (!byId("prediction")) open();

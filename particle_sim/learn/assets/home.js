// The first page: a particle that fills and strains, and what the reader has done so far.
"use strict";

const PER_SECOND = 12;

function hero() {
  const { frames } = JSON.parse(document.getElementById("hero-data").textContent);
  const canvases = [...document.querySelectorAll(".hero canvas")], button = document.getElementById("hero-play");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let going = 0, last = Math.floor(frames.length * 0.7), began = 0;
  const draw = (i) => frames[i].forEach((ball, k) => drawBall(canvases[k], ball));
  const step = (now) => {
    const turn = 2 * (frames.length - 1), at = Math.floor(Math.max(now - began, 0) / 1000 * PER_SECOND) % turn, i = at < frames.length ? at : turn - at;
    if (i !== last) { last = i; draw(i); }
    going = requestAnimationFrame(step);
  };
  const toggle = () => {
    if (going) { cancelAnimationFrame(going); going = 0; } else { began = performance.now() - last / PER_SECOND * 1000; going = requestAnimationFrame(step); }
    button.textContent = going ? "❚❚ Pause" : "▶ Play";
  };
  draw(last);
  button.addEventListener("click", toggle);
  button.textContent = "▶ Play";
  if (!calm.matches) toggle();
}

function progress() {
  let done = 0;
  const cards = [...document.querySelectorAll(".card")];
  for (const card of cards) {
    const known = recall(card.dataset.name), step = known.solved ? 2 : known.predicted !== undefined ? 1 : 0;
    card.querySelector(".done").textContent = ["", "predicted", "exercise solved ✓"][step];
    done += step === 2 ? 1 : 0;
  }
  const told = document.getElementById("progress");
  told.hidden = !Object.keys(stored()).length;
  told.querySelector("progress").value = done;
  told.querySelector("span").textContent = `${done} of ${cards.length} exercises solved; kept in this browser only.`;
  document.getElementById("progress-clear").addEventListener("click", () => { cards.forEach((card) => forget(card.dataset.name)); forget("student"); location.reload(); });
}

hero();
progress();

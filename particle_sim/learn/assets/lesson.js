// A lesson's order: predict, then see; explained afterwards; an exercise with the student's own numbers.
"use strict";

const asked = JSON.parse(byId("asked").textContent);
const given = Number.isSafeInteger(Number(seedGiven)) && seedGiven !== null && Number(seedGiven) >= 0 ? Number(seedGiven) : null;
const board = sketch(asked.sketch);
let nudged = false;

function drawnSeed() {
  const known = recall("student").seed;
  if (given !== null) { remember("student", { seed: given }); return given; }
  if (Number.isInteger(known)) return known;
  const seed = 1 + Math.floor(Math.random() * 999);
  remember("student", { seed });
  return seed;
}

function unfold(chosen) {
  const form = byId("prediction"), right = chosen === form.dataset.answer, labels = form.querySelectorAll("label");
  const told = labels[Number(form.dataset.answer)].textContent.trim();
  byId("verdict").textContent = right ? "Right." : `Not quite. The simulation says: ${told}`;
  byId("feedback").innerHTML = asked.feedback[Number(chosen)];
  byId("prediction-said").textContent = "";
  form.querySelector("fieldset").disabled = true;
  byId("commit").hidden = true;
  byId("sketch-tools").hidden = true;
  byId("sketch-again").hidden = true;
  byId("drawn").append(byId("sketch"));
  byId("explained").hidden = byId("doing").hidden = false;
  document.querySelector(".lesson").classList.add("open");
  byId("sketch-said").textContent = board.reveal();
  open();
}

function prediction() {
  const form = byId("prediction");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = new FormData(form).get("prediction");
    if (chosen === null) { byId("prediction-said").textContent = "Choose one of the answers first."; return; }
    if (!board.whole() && !nudged) {
      nudged = true;
      byId("prediction-said").textContent = "Draw the curve, too, from edge to edge; or press again to go on without.";
      return;
    }
    remember(asked.name, { predicted: chosen, sketch: board.values() });
    unfold(chosen);
    byId("reveal").focus();
  });
  byId("again").addEventListener("click", () => { forget(asked.name); location.reload(); });
  const before = recall(asked.name);
  if (before.predicted === undefined) return;
  const input = form.querySelector(`input[value="${Number(before.predicted)}"]`);
  if (!input) return;
  input.checked = true;
  if (before.sketch && before.sketch.length === asked.sketch.y.length) board.restore(before.sketch);
  unfold(String(before.predicted));
}

function wrong(value, answer) {
  if (value * answer < 0) return "the sign is wrong";
  const ratio = value / answer;
  for (const [slip, text] of asked.exercise.slips) if (Math.abs(ratio / slip - 1) < 0.03) return text;
  const power = Math.log10(ratio);
  if (Math.abs(power) > 0.9 && Math.abs(power - Math.round(power)) < 0.02) return `${ratio > 1 ? "too large" : "too small"}, by a power of ten: look at the units`;
  return ratio > 1 ? "too large" : "too small";
}

// "138 MPa" or "0,138 GPa" as a number of the exercise's unit; a sentence where it is none.
function readAnswer(text, units) {
  const found = text.trim().replaceAll("−", "-").match(/^([+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:e[+-]?\d+)?)\s*(.*)$/i);
  if (!found) return { said: "Write a number, for example 0.25 or 2e-3." };
  const plain = (unit) => unit.replaceAll(" ", "").replaceAll("^", "").toLowerCase();
  const unit = Object.keys(units).find((name) => plain(name) === plain(found[2]));
  if (found[2] && unit === undefined) return { said: `The unit ${found[2].slice(0, 20)} is not known here; write ${Object.keys(units).filter(Boolean).join(" or ")}.` };
  return { value: Number(found[1].replace(",", ".")) * (found[2] ? units[unit] : 1) };
}

function exercise() {
  const form = byId("exercise"), sets = asked.exercise.sets, seed = drawnSeed(), own = sets[seed % sets.length];
  const reveal = (id) => { byId(id).hidden = false; byId(`${id}-button`).setAttribute("aria-expanded", "true"); byId("solution-button").disabled = false; };
  form.dataset.answer = own.answer;
  byId("exercise-question").innerHTML = own.question;
  byId("solution-text").innerHTML = own.solution;
  byId("seed").textContent = `Your numbers: seed ${seed}, set ${seed % sets.length + 1} of ${sets.length}.`;
  byId("hint-button").addEventListener("click", () => reveal("hint"));
  byId("solution-button").addEventListener("click", () => reveal("solution"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { value, said } = readAnswer(byId("answer").value, asked.exercise.units), answer = Number(form.dataset.answer);
    if (said) { byId("exercise-said").textContent = said; return; }
    const off = Math.abs(value - answer), right = off <= Number(form.dataset.tolerance) * Math.abs(answer);
    byId("solution-button").disabled = false;
    byId("exercise-said").textContent = right ? "Right." : `Not yet: ${wrong(value, answer)}. Try again, or open the hint.`;
    remember(asked.name, { tried: byId("answer").value, seed, ...(right ? { solved: true } : {}) });
  });
  const before = recall(asked.name);
  if (before.seed === seed && before.tried) { byId("answer").value = before.tried; if (before.solved) byId("exercise-said").textContent = "Right."; byId("solution-button").disabled = false; }
}

exercise();
prediction();

// A lesson's order: predict, then see; explained afterwards; an exercise with the student's own numbers.
"use strict";

const asked = JSON.parse(byId("asked").textContent);
const given = Number.isSafeInteger(Number(seedGiven)) && seedGiven !== null && Number(seedGiven) >= 0 ? Number(seedGiven) : null;
const board = sketch(asked.sketch);
let nudged = false, focused = false;

function drawnSeed() {
  const known = recall("student").seed;
  if (given !== null) { remember("student", { seed: given }); return given; }
  if (Number.isInteger(known)) return known;
  const seed = 1 + Math.floor(Math.random() * 999);
  remember("student", { seed });
  return seed;
}

// What is told after a choice; in a class the page learns it only now.
async function afterwards(chosen) {
  const told = await answered(`${setup.source}/prediction?chosen=${Number(chosen)}`);
  if (!told) return;
  asked.sketch.y = told.y;
  byId("told").innerHTML = told.reveal;
  byId("look-at").innerHTML = told.look_at;
  byId("why").innerHTML = told.why;
  unfold(chosen, told.answer, told.feedback);
}

function opened(chosen) {
  if (asked.withheld) afterwards(chosen); else unfold(chosen, asked.answer, asked.feedback[Number(chosen)]);
}

function unfold(chosen, answer, feedback) {
  const form = byId("prediction"), right = Number(chosen) === answer, labels = form.querySelectorAll("label");
  byId("verdict").textContent = right ? "Right." : `Not quite. The answer: ${labels[answer].textContent.trim()}`;
  byId("feedback").innerHTML = feedback;
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
  if (focused) byId("reveal").focus();
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
    focused = true;
    opened(chosen);
  });
  byId("again").addEventListener("click", () => { forget(asked.name); location.reload(); });
  const before = recall(asked.name);
  if (before.predicted === undefined) return;
  const input = form.querySelector(`input[value="${Number(before.predicted)}"]`);
  if (!input) return;
  input.checked = true;
  if (before.sketch && before.sketch.length === asked.sketch.points) board.restore(before.sketch);
  opened(String(before.predicted));
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
  const reveal = (id) => { byId(id).hidden = false; byId(`${id}-button`).setAttribute("aria-expanded", "true"); if (!asked.withheld) byId("solution-button").disabled = false; };
  const judged = (wrong, solution) => {
    if (asked.withheld) byId("solution-text").innerHTML = solution;
    byId("solution-button").disabled = false;
    byId("exercise-said").textContent = wrong ? `Not yet: ${wrong}. Try again, or open the hint.` : "Right.";
    remember(asked.name, { tried: byId("answer").value, seed, ...(wrong ? {} : { solved: true }) });
  };
  const judge = async (value) => {
    const told = await answered(`${setup.source}/exercise?${new URLSearchParams({ seed, value })}`);
    if (!told) return;  // checked once more meanwhile
    if (told.problems) byId("exercise-said").textContent = told.problems[0]; else judged(told.wrong, told.solution);
  };
  if (!asked.withheld) { form.dataset.answer = own.answer; byId("solution-text").innerHTML = own.solution; }
  byId("exercise-question").innerHTML = own.question;
  byId("seed").textContent = `Your numbers: seed ${seed}, set ${seed % sets.length + 1} of ${sets.length}.`;
  byId("hint-button").addEventListener("click", () => reveal("hint"));
  byId("solution-button").addEventListener("click", () => reveal("solution"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { value, said } = readAnswer(byId("answer").value, asked.exercise.units), answer = Number(form.dataset.answer);
    if (said) { byId("exercise-said").textContent = said; return; }
    if (asked.withheld) { judge(value); return; }
    const right = Math.abs(value - answer) <= Number(form.dataset.tolerance) * Math.abs(answer);
    judged(right ? "" : wrong(value, answer), own.solution);
  });
  const before = recall(asked.name);
  if (before.seed !== seed || !before.tried) return;
  byId("answer").value = before.tried;
  if (before.solved) byId("exercise-said").textContent = "Right.";
  if (asked.withheld) { byId("exercise-said").textContent = before.solved ? "Right." : "Press Check once more."; return; }
  byId("solution-button").disabled = false;
}

exercise();
prediction();

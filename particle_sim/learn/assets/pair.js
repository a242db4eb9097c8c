// Two charges side by side: computed here where kernel.js can, asked of the program where not, and drawn from one kind of data.
"use strict";

const ROLES = ["a", "b"], COLOURS = ["#0072B2", "#D55E00"], LEAST = 1e-4, KEPT = 24;
const PAGE_ONLY = ["charge", "stress"];
const charges = new Map(), sureness = new Map();
const ownKeys = () => Object.keys(setup.charges.units);

const pairQuery = () => { const query = new URLSearchParams(setup.fixed); for (const c of controls) if (!PAGE_ONLY.includes(c.name)) query.set(c.name, state[c.name]); return query; };
const capital = (text) => text[0].toUpperCase() + text.slice(1);
const few = (value) => { const [digits, power] = Math.abs(value) < 1e-3 && value !== 0 ? value.toExponential(2).split("e") : [String(Number(value.toPrecision(3)))]; return power ? `${digits}e${power}` : digits; };

// A slider's value in SI with the sign of the file; where it starts, the file's own number with all its digits.
function ownValue(known, role, key) {
  const control = controls.find((c) => c.name === `${role}_${key}`), value = state[control.name], own = known.numbers[key];
  return value === control.start ? own : Math.sign(own) * value * setup.charges.units[key][1];
}

function materialNow(i) {
  const known = setup.charges.materials[i], set = Object.fromEntries(ownKeys().map((key) => [key, ownValue(known, ROLES[i], key)]));
  return { ...known, ...known.design, ...known.numbers, ...set, stretch: set.volume_change / known.numbers.volume_change };
}

const onePhase = (known) => known.in_page && (state.physics === "solid-solution" || (state.physics === "declared" && !known.parts));

function bounded(map, key, value) {
  if (map.size >= KEPT) map.delete(map.keys().next().value);
  map.set(key, value);
  return value;
}

function chargeOf(i) {
  const m = materialNow(i), key = JSON.stringify([m.name, state.c_rate, ...ownKeys().map((name) => m[name])]);
  return charges.get(key) || bounded(charges, key, charge(m, state.c_rate));
}

// Both charges, or null where only the program can compute them.
function pairHere() {
  if (setup.charges.materials.every(onePhase)) return [0, 1].map(chargeOf);
  const known = charges.get(pairQuery().toString());
  if (known) return known;
  const atStart = controls.every((c) => PAGE_ONLY.includes(c.name) || c.name === "physics" || state[c.name] === c.start);
  return (atStart && window.particleSimStates?.[`${setup.fixed.baseline},${setup.fixed.candidate},${state.physics}`]) || null;
}

// The picture that the page can draw by itself, or null where the program is to be asked.
function pairNow() {
  const here = pairHere();
  if (here) { expectSureness(); return pictureOf(here); }
  if (window.particleSimStates) {
    complain(["A boundary between two phases is computed by the program, which this page has not behind it; particle-sim learn shows it at every slider. Shown instead: both as solid solutions."]);
    return pictureOf([0, 1].map(chargeOf), "solid-solution");
  }
  return null;
}

function pairTaken(content, query) {
  bounded(sureness, query.get("c_rate"), content.picture.sentences[0]);
  return pictureOf(content.problems.length ? content.picture.runs : bounded(charges, query.toString(), content.picture.runs));
}

// How sure the answer is over everything plausible is drawn by the program, once the sliders rest.
function expectSureness() {
  clearTimeout(calm);
  if (window.particleSimStates || sureness.has(String(state.c_rate))) return;
  const rate = state.c_rate, query = new URLSearchParams({ ...setup.fixed, c_rate: rate });
  calm = setTimeout(async () => {
    const content = await answered(`${setup.source}?${query}`, () => state.c_rate === rate, "The picture is as you set it, how sure it is comes later");
    if (!content?.picture) return;
    bounded(sureness, String(rate), content.picture.sentences[0]);
    if (state.c_rate === rate) ask();
  }, CALM);
}

const position = () => place(playable());
const peakOf = (run) => run.states ? Math.max(...run.history[state.stress]) : 0;
const peakNow = (run, at) => largestOf(MEASURES[state.stress], run.states.radial[at], run.states.hoop[at]);
const stressAt = (run, at) => run.states.hoop[at].map((h, i) => MEASURES[state.stress].read(run.states.radial[at][i], h));

function pictureOf(runs, physics = state.physics) {
  const at = position(), now = state[setup.history];
  return {
    panels: [...pairBalls(runs, at), ...pairPanels(runs, at, now)],
    sentences: [...pairSentences(runs, at, now).map(escaped), ...howSure()], numbers: runs.flatMap(pairNumbers), command: pairCommand(runs, physics),
  };
}

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

function pairBalls(runs, at) {
  const sizes = [0, 1].map((i) => materialNow(i).particle_radius), largest = Math.max(...sizes), { title } = MEASURES[state.stress];
  const high = Math.max(...runs.filter((run) => run.states).flatMap((run) => run.states.hoop.flatMap((_, k) => stressAt(run, k).map(Math.abs))), 1e-9), signed = state.stress !== "von-mises";
  return runs.flatMap((run, i) => {
    if (!run.states) return [];
    const carrier = setup.charges.materials[i].carrier, shared = { kind: "ball", radius: run.states.radius, size: Math.max(0.35, (sizes[i] / largest) ** 0.25) };
    return [
      { ...shared, group: "Filling", title: `${run.title}: ${carrier}`, label: `${carrier} filling [1]`, values: run.states.filling[at], low: 0, high: 1, quantity: "sodium" },
      { ...shared, group: "Stress", title: `${run.title}: stress`, label: `${title} [MPa]`, values: stressAt(run, at), low: signed ? -high : 0, high, quantity: signed ? "stress" : "magnitude" },
    ];
  });
}

function pairPanels(runs, at, now) {
  const { title } = MEASURES[state.stress], charged = "usable capacity charged [%]", mark = [{ label: "now", x: now, y: null }];
  const line = (curve) => runs.map((run, i) => ({ label: run.title, colour: COLOURS[i], kind: "simulation", ...curve(run) }));
  const along = (values) => line((run) => run.states ? { x: run.states.radius, y: values(run) } : { x: [], y: [] });
  const panel = (name, x_label, y_label, lines, more) => ({ kind: "panel", title: name, x_label, y_label, lines, log_x: false, log_y: false, marks: [], y_range: null, ...more });
  const extremes = runs.filter((run) => run.states).flatMap((run) => run.states.hoop.flatMap((_, k) => stressAt(run, k)));
  const [low, high] = [Math.min(0, ...extremes), Math.max(0, ...extremes)], pad = 0.05 * (high - low) || 1;
  return [
    panel("Filling along the radius", "r/R [1]", "filling [1]", along((run) => run.states.filling[at]), { y_range: [0, 1], group: "Filling over r" }),
    panel(`${capital(title)} along the radius`, "r/R [1]", "stress [MPa]", along((run) => stressAt(run, at)), { y_range: [low - pad, high + pad], group: "Stress over r" }),
    panel("Voltage of the half cell", charged, "voltage [V]", line((run) => run.voltage), { x_range: [0, 100], marks: mark, group: "Voltage" }),
    panel(`Peak ${title} in the particle`, charged, "peak stress [MPa]", line((run) => run.states
      ? { x: run.history.passed, y: run.history[state.stress].map((y) => (y > LEAST ? y : null)) } : { x: [], y: [] }), { x_range: [0, 100], log_y: true, marks: mark, group: "Peak stress" }),
  ];
}

function pairSentences(runs, at, now) {
  const gone = runs.filter((run) => !run.states), { title } = MEASURES[state.stress], [first, second] = runs;
  if (gone.length) return [`${gone.map((run) => run.title).join(" and ")}: past the cut-off voltage at once; nothing is charged.`];
  const [one, other] = runs.map(peakOf), ratio = other / Math.max(one, 1e-12), more = ratio >= 1 ? ratio : 1 / ratio;
  const said = [
    `Peak ${title} of the whole charge at ${state.c_rate}C: ${few(one)} MPa in ${first.title}, ${few(other)} MPa in ${second.title}, ${few(more)} times ${ratio >= 1 ? "as much" : "less"}.`,
    `After ${now} % of the usable capacity: ${runs.map((run) => `${few(peakNow(run, at))} MPa in ${run.title}`).join(", ")}.`,
  ];
  for (const run of runs) {
    if (run.reached < 0.995) said.push(`${run.title} meets its cut-off voltage after ${few(100 * run.reached)} % of its usable capacity, and stays as it was then.`);
    if (run.widened > 1) said.push(`The phase boundary of ${run.title} is drawn ${few(run.widened)} times as wide as believed, for speed; that lowers its stress.`);
  }
  return said;
}

function howSure() {
  const sure = sureness.get(String(state.c_rate));
  return sure ? [sure] : window.particleSimStates ? ["How sure this is over everything plausible, the command below tells."] : [];
}

function pairNumbers(run, i) {
  const m = materialNow(i), { title } = MEASURES[state.stress], number = (label, value, unit) => ({ label: `${run.title}: ${label}`, value: few(value), unit });
  const found = [number("capacity", run.capacity, "mAh/g"), number("D/R²", m.diffusivity / m.particle_radius ** 2, "1/s")];
  if (!run.states) return found;
  found.push(number("largest spread of filling", run.spread, ""), number(`peak ${title}`, peakOf(run), "MPa"));
  if (!("flaw_size" in m && "fracture_toughness" in m)) return found;
  const intensity = setup.charges.flaw * run.tension * 1e6 * Math.sqrt(Math.min(m.flaw_size, 0.1 * m.particle_radius));
  return [...found, number("K/K_IC of the assumed flaw", intensity / m.fracture_toughness, "")];
}

// The comparison with the same numbers. What it makes equal unless it is set, is set for both once it is set for one.
function pairCommand(runs, physics) {
  const { materials, units, levelled, stress } = setup.charges, parts = [`particle-sim compare ${materials[0].name} ${materials[1].name} --c-rate ${state.c_rate}`];
  if (physics !== "declared") parts.push(`--physics ${physics}`);
  if (state.stress !== stress) parts.push(`--stress ${state.stress}`);
  const isMoved = (i, key) => { const control = controls.find((c) => c.name === `${ROLES[i]}_${key}`); return state[control.name] !== control.start; };
  const both = (key) => levelled.includes(key) && [0, 1].some((i) => isMoved(i, key));
  const wide = runs.some((run) => run.widened > 1);
  materials.forEach((known, i) => {
    const m = materialNow(i);
    for (const key of ownKeys()) if (isMoved(i, key) || both(key)) parts.push(`--set ${known.name}.${key}="${Number((m[key] / units[key][1]).toPrecision(6))} ${units[key][0]}"`);
    if (wide && runs[i].gradient !== null) parts.push(`--set ${known.name}.gradient_coefficient="${Number(runs[i].gradient.toPrecision(6))} J/m"`);
  });
  return parts.join(" ");
}

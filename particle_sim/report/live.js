// The particles of a comparison, moved by hand: one charge for balls, profiles, voltage, history.
"use strict";

(() => {
const numbers = JSON.parse(document.getElementById("numbers").textContent);
const stage = document.getElementById("live"), around = stage.parentElement;
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const maps = Object.fromEntries(Object.entries(numbers.maps).map(([name, text]) => [name, bytes(text)]));
const last = 100, radii = numbers.radii;
for (const material of numbers.materials) for (const run of material.runs) for (const field of run.fields) {
  field.rows = new Uint16Array(bytes(field.rows).buffer);
}
const state = {
  at: Math.round(100 * numbers.shown[Math.floor(numbers.shown.length / 2)]), quantity: 1, whose: "both", radius: null,
  laws: numbers.materials.map((m) => m.first),
};
const fieldOf = (i) => numbers.materials[i].runs[state.laws[i]].fields[state.quantity];
const shown = () => numbers.materials.map((_, i) => i).filter((i) => state.whose === "both" || state.whose === String(i));
const states = (field) => field.low.length;
const readable = (value) => (Math.abs(value) < 1e-9 ? "0" : String(Number(value.toPrecision(3))));
const text = (place, words) => { if (place.textContent !== words) place.textContent = words; };

function valueAt(field, at, share) {
  const low = field.low[at], step = (field.high[at] - low) / 65535, place = Math.min(Math.max(share, 0), 1) * (radii - 1);
  const i = Math.min(Math.floor(place), radii - 2), from = at * radii + i, w = place - i;
  return low + step * ((1 - w) * field.rows[from] + w * field.rows[from + 1]);
}

function scale() {
  if (state.quantity === 0) return { low: 0, high: 1, map: maps.filling };
  const known = shown().map(fieldOf);
  const low = Math.min(...known.flatMap((f) => f.low)), high = Math.max(...known.flatMap((f) => f.high), 1e-9);
  if (low >= -0.05 * high) return { low: 0, high, map: maps.stress };
  const reach = Math.max(-low, high);
  return { low: -reach, high: reach, map: maps.signed };
}

// --- parts of the stage ---
const make = (tag, attributes = {}, ...inside) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...inside);
  return made;
};
const draw = (tag, attributes = {}) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
};
function choice(label, options, chosen, change) {
  const select = make("select", {}, ...options.map(([value, name]) => new Option(name, value, false, String(value) === String(chosen))));
  select.addEventListener("change", () => { change(select.value); everything(); });
  return make("label", {}, make("span", {}, label), select);
}
function slider(id, label, attributes) {
  const input = make("input", { type: "range", id, ...attributes }), told = make("output", { for: id, "aria-live": "off" });
  return { input, told, box: make("div", { class: "move" }, make("label", { for: id }, label), input, told) };
}
const capital = (words) => words[0].toUpperCase() + words.slice(1);
const cards = numbers.materials.map((m, i) => {
  const canvas = make("canvas", { role: "img" }), law = make("p", { class: "law" }), span = make("p", { class: "span" });
  const bar = make("p", { class: "length", "aria-hidden": "true" }, make("span", { style: `width:${(49 * m.bar).toFixed(2)}%` }), m.bar_text);
  const card = make("div", { class: `card ${m.role}` }, make("p", { class: "name" }, m.title), law, canvas, span, bar);
  canvas.addEventListener("pointermove", (event) => {
    const box = canvas.getBoundingClientRect(), column = Math.floor((event.clientX - box.left) / box.width * canvas.width);
    const r = rays(canvas.width, m.size).distance[Math.floor((event.clientY - box.top) / box.height * canvas.height) * canvas.width + column];
    mark(r >= 0 && r <= 1 ? r : null);
  });
  canvas.addEventListener("pointerleave", () => mark(null));
  return { card, canvas, law, span, index: i };
});
const bar = make("div", { class: "colours", "aria-hidden": "true" }, make("span"), make("canvas", { width: 256, height: 1 }), make("span"), make("span", { class: "of" }));
const charge = slider("charge", capital(numbers.passed), { min: 0, max: last, step: 1, value: state.at });
const ring = slider("ring", "Mark a radius", { min: 0, max: 100, step: 1, value: 0 });
const play = make("button", { type: "button", id: "play", "aria-pressed": "false" }, "Play");
const all = make("button", { type: "button", id: "all-states", "aria-pressed": "false" }, "All states");
const bylaw = make("p", { class: "law bylaw", role: "status" });
function lawWords() {
  const [one, ...others] = numbers.materials.map((m, i) => m.runs[state.laws[i]]), same = others.every((run) => run.law === one.law);
  const own = numbers.materials.map((m) => [m.title, m.runs.find((run) => run.own)]).filter(([, run]) => run.law !== one.law);
  if (!same) return "By two laws: what differs may be the laws', not the materials'.";
  const read = own.map(([title, run]) => ` ${title} is read as ${run.law} in its file: choose that under Law of ${title}.`);
  return read.length ? `Both by one law, ${one.law}.${read.join("")}` : "";
}
const charts = ["profile", "voltage", "history"].map((name) => {
  const svg = draw("svg", { viewBox: "0 0 260 196", role: "img" });
  const title = make("figcaption"), box = make("figure", { class: `chart ${name}` }, title, svg);
  return { name, svg, title, box };
});

// --- balls: one octant cut away, as in the figures ---
const kept = new Map();
function rays(size, fill) {
  const key = `${size} ${fill}`;
  if (kept.has(key)) return kept.get(key);
  const distance = new Float32Array(size * size).fill(-1), shade = new Float32Array(size * size), cover = new Float32Array(size * size);
  const unit = 1 / Math.sqrt(3), half = Math.SQRT1_2, up = [-1, -1, 2].map((v) => v / Math.sqrt(6)), reach = 0.98 * fill * size / 2;
  for (let row = 0; row < size; row += 1) for (let column = 0; column < size; column += 1) {
    const x = (column + 0.5 - size / 2) / reach, y = (size / 2 - row - 0.5) / reach, behind = 1 - x * x - y * y, k = row * size + column;
    cover[k] = Math.min(Math.max((1 - Math.hypot(x, y)) * reach + 0.5, 0), 1);
    if (!cover[k]) continue;
    const z = Math.sqrt(Math.max(behind, 0));
    let p = [-half * x + up[0] * y + unit * z, half * x + up[1] * y + unit * z, up[2] * y + unit * z];
    const lowest = Math.min(...p);
    if (lowest > 0) {
      p = p.map((v) => v - lowest);
      shade[k] = [...p].sort((a, b) => a - b)[1] < 0.012 ? 0.35 : 1;
    } else shade[k] = 0.72 + 0.28 * (0.2 * p[0] + 0.55 * p[1] + 0.81 * p[2]);
    distance[k] = Math.min(Math.hypot(...p), 1);
  }
  kept.set(key, { distance, shade, cover });
  return kept.get(key);
}

function ball(card, colours) {
  const { canvas, index } = card, material = numbers.materials[index], field = fieldOf(index), at = Math.min(state.at, states(field) - 1);
  const size = Math.round(Math.min(canvas.clientWidth || 240, 320) * Math.min(devicePixelRatio || 1, 2));
  if (canvas.width !== size) canvas.width = canvas.height = size;
  const { distance, shade, cover } = rays(size, material.size), context = canvas.getContext("2d", { willReadFrequently: true }), image = context.createImageData(size, size);
  const table = new Uint8Array(3 * 513), span = colours.high - colours.low;
  for (let i = 0; i <= 512; i += 1) {
    const place = Math.min(Math.max(Math.floor(256 * (valueAt(field, at, i / 512) - colours.low) / span), 0), 255);
    table.set(colours.map.subarray(3 * place, 3 * place + 3), 3 * i);
  }
  const wide = 1.5 / (0.49 * size * material.size);
  for (let k = 0; k < distance.length; k += 1) {
    if (!cover[k]) continue;
    const r = distance[k], from = 3 * Math.round(512 * r), marked = state.radius !== null && Math.abs(r - state.radius) < wide && r < 1;
    for (let c = 0; c < 3; c += 1) image.data[4 * k + c] = marked ? (table[from] + table[from + 1] + table[from + 2] > 380 ? 0 : 255) : shade[k] * table[from + c];
    image.data[4 * k + 3] = 255 * cover[k];
  }
  context.putImageData(image, 0, 0);
  const run = material.runs[state.laws[index]], unit = numbers.quantities[state.quantity].unit, [low, high] = [readable(field.low[at]), readable(field.high[at])];
  const told = `${low === high ? low : `${low} to ${high}`}${unit && ` ${unit}`}${state.at > at ? `, ended at ${(100 * run.reached).toFixed(1)} %` : ""}`;
  text(card.law, run.law);
  text(card.span, told);
  const said = state.radius === null ? "" : `; at ${state.radius.toFixed(2)} of the radius ${readable(valueAt(field, at, state.radius))}`;
  canvas.setAttribute("aria-label", `${material.title}, ${numbers.quantities[state.quantity].title}: ${told}${said}`);
}

// --- charts ---
const LEFT = 44, RIGHT = 252, TOP = 8, BOTTOM = 162;
function nice(low, high, most) {
  const rough = (high - low) / most, power = 10 ** Math.floor(Math.log10(rough)), step = [1, 2, 2.5, 5, 10].find((s) => s * power >= rough) * power;
  const ticks = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k += 1) ticks.push(k * step);
  return ticks;
}
function axis(low, high, from, to, log) {
  const [a, b] = log ? [Math.log10(low), Math.log10(high)] : [low, high];
  const place = (v) => from + (to - from) * ((log ? Math.log10(Math.max(v, low)) : v) - a) / (b - a);
  const ticks = log ? Array.from({ length: Math.floor(b + 1e-9) - Math.ceil(a - 1e-9) + 1 }, (_, i) => 10 ** (Math.ceil(a - 1e-9) + i)) : nice(low, high, 4);
  return { place, ticks, least: log ? low : -Infinity, back: (v) => low + (high - low) * (v - from) / (to - from) };
}
function frame(chart, x, y, across, up) {
  const { svg } = chart;
  svg.replaceChildren(draw("path", { class: "axis", d: `M${LEFT} ${TOP}V${BOTTOM}H${RIGHT}` }));
  const label = (words, at, extra = {}) => { const made = draw("text", { x: at[0], y: at[1], ...extra }); made.textContent = words; svg.append(made); };
  for (const tick of x.ticks) { svg.append(draw("path", { class: "axis", d: `M${x.place(tick)} ${BOTTOM}v3` })); label(readable(tick), [x.place(tick), BOTTOM + 14], { "text-anchor": "middle" }); }
  for (const tick of y.ticks) { svg.append(draw("path", { class: "axis", d: `M${LEFT} ${y.place(tick)}h-3` })); label(readable(tick), [LEFT - 6, y.place(tick) + 3.5], { "text-anchor": "end" }); }
  label(across, [(LEFT + RIGHT) / 2, BOTTOM + 30], { "text-anchor": "middle" });
  chart.x = x; chart.y = y;
  chart.named = up;
  text(chart.title, up);
  chart.over = draw("g");
  chart.lines = draw("g");
  svg.append(chart.lines, chart.over);
}
function path(chart, xs, ys) {
  let pen = "M";
  return ys.map((v, i) => {
    if (v < chart.y.least) { pen = "M"; return ""; }
    const step = `${pen}${chart.x.place(xs[i]).toFixed(1)} ${chart.y.place(v).toFixed(1)}`;
    pen = "L";
    return step;
  }).join("");
}
const line = (chart, role, xs, ys, extra = "") => chart.lines.append(draw("path", { class: `curve ${role} ${extra}`, d: path(chart, xs, ys) }));
const dot = (chart, role, x, y) => chart.over.append(draw("circle", { class: `dot ${role}`, cx: chart.x.place(x), cy: chart.y.place(y), r: 3.5 }));
const upright = (chart, x, kind) => chart.over.append(draw("path", { class: kind, d: `M${chart.x.place(x)} ${TOP}V${BOTTOM}` }));
const percent = Array.from({ length: last + 1 }, (_, i) => i);
const height = (field) => field.low.map((low, i) => (state.quantity === 0 ? field.high[i] - low : Math.max(-low, field.high[i])));

function still() {
  const [profile, voltage, history] = charts, quantity = numbers.quantities[state.quantity], unit = quantity.unit && ` [${quantity.unit}]`;
  const { low, high } = scale(), room = state.quantity ? 0.04 * (high - low) : 0.03, X = axis(0, 100, LEFT, RIGHT);
  frame(profile, axis(0, 1, LEFT, RIGHT), axis(low - (low < 0 || !state.quantity ? room : 0), high + room, BOTTOM, TOP), "Radius / particle radius", capital(quantity.title) + unit);
  const volts = shown().flatMap((i) => numbers.materials[i].voltage.y), least = Math.min(...volts), most = Math.max(...volts);
  frame(voltage, X, axis(least - 0.05 * (most - least), most + 0.05 * (most - least), BOTTOM, TOP), `${capital(numbers.passed)} [%]`, "Voltage [V vs metal]");
  const peaks = shown().map((i) => height(fieldOf(i))), tops = peaks.map((p) => Math.max(...p, 1e-9)), top = Math.max(...tops);
  const log = state.quantity > 0 && top > 20 * Math.min(...tops), floor = 10 ** Math.floor(Math.log10(Math.min(...tops) / 3));
  frame(history, X, log ? axis(floor, 1.5 * top, BOTTOM, TOP, true) : axis(0, 1.06 * top, BOTTOM, TOP), `${capital(numbers.passed)} [%]`, state.quantity ? `Largest ${quantity.title}${unit}` : "Largest - smallest filling");
  for (const i of shown()) {
    const { role, voltage: curve } = numbers.materials[i];
    line(voltage, role, curve.x.map((v) => 100 * v), curve.y);
    line(history, role, percent, height(fieldOf(i)));
  }
}
function moving() {
  const [profile, voltage, history] = charts, colours = scale(), even = Array.from({ length: radii }, (_, i) => i / (radii - 1));
  [profile, voltage, history].forEach((chart) => chart.over.replaceChildren());
  profile.lines.replaceChildren();
  history.lines.querySelectorAll(".local").forEach((old) => old.remove());
  for (const chart of [voltage, history]) upright(chart, state.at, "cursor");
  if (state.radius !== null) upright(profile, state.radius, "marked");
  for (const i of shown()) {
    const { role, voltage: curve } = numbers.materials[i], field = fieldOf(i), at = Math.min(state.at, states(field) - 1);
    line(profile, role, even, even.map((r) => valueAt(field, at, r)));
    dot(history, role, at, height(field)[at]);
    const j = curve.x.findIndex((v) => 100 * v >= at), k = j < 0 ? curve.x.length - 1 : j;
    dot(voltage, role, Math.min(100 * curve.x[k], 100), curve.y[k]);
    if (state.radius === null) continue;
    dot(profile, role, state.radius, valueAt(field, at, state.radius));
    if (state.quantity) line(history, role, percent.slice(0, states(field)), field.low.map((_, s) => Math.abs(valueAt(field, s, state.radius))), "local");
  }
  cards.forEach((card) => { card.card.hidden = !shown().includes(card.index); if (!card.card.hidden) ball(card, colours); });
  text(charge.told, `${state.at} %`);
  charge.input.value = state.at;
  charge.input.setAttribute("aria-valuetext", `${state.at} % of the ${numbers.passed}`);
  if (state.radius !== null) ring.input.value = Math.round(100 * state.radius);
  text(history.title, history.named + (state.radius !== null && state.quantity ? "; dashed: at that radius" : ""));
  text(ring.told, state.radius === null ? "none" : `${state.radius.toFixed(2)} R`);
}
let waiting = false;
function soon() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => { waiting = false; moving(); stage.dataset.drawn = state.at; });
}
function everything() {
  const { low, high, map } = scale(), context = bar.children[1].getContext("2d"), image = context.createImageData(256, 1);
  for (let i = 0; i < 256; i += 1) image.data.set([...map.subarray(3 * i, 3 * i + 3), 255], 4 * i);
  context.putImageData(image, 0, 0);
  const { title, unit } = numbers.quantities[state.quantity];
  [readable(low), null, readable(high), `${title}${unit && ` [${unit}]`}`].forEach((words, i) => words !== null && text(bar.children[i], words));
  text(bylaw, lawWords());
  bylaw.hidden = !bylaw.textContent || state.whose !== "both";
  still();
  moving();
}

// --- what the reader does ---
function mark(r) { state.radius = r; soon(); }
function to(at) { state.at = Math.min(Math.max(Math.round(at), 0), last); soon(); }
let timer = null;
function stop() { clearInterval(timer); timer = null; play.textContent = "Play"; play.setAttribute("aria-pressed", "false"); }
play.addEventListener("click", () => {
  if (timer) { stop(); return; }
  if (state.at >= last) to(0);
  const [step, wait] = calm.matches ? [10, 900] : [1, 60];
  timer = setInterval(() => { to(state.at + step); if (state.at >= last) stop(); }, wait);
  play.textContent = "Pause";
  play.setAttribute("aria-pressed", "true");
});
all.addEventListener("click", () => {
  const on = around.classList.toggle("both");
  all.setAttribute("aria-pressed", String(on));
});
charge.input.addEventListener("input", () => { stop(); to(Number(charge.input.value)); });
ring.input.addEventListener("input", () => mark(Number(ring.input.value) / 100));
for (const chart of charts) {
  const place = (event) => {
    const box = chart.svg.getBoundingClientRect();
    return chart.x.back((event.clientX - box.left) / box.width * 260);
  };
  chart.svg.addEventListener("pointermove", (event) => {
    const at = place(event);
    if (chart.name === "profile") mark(at >= 0 && at <= 1 ? at : null);
    else if (event.buttons) { stop(); to(at); }
  });
  chart.svg.addEventListener("pointerdown", (event) => { if (chart.name !== "profile") { stop(); to(place(event)); } });
  if (chart.name === "profile") chart.svg.addEventListener("pointerleave", () => mark(null));
}
const laws = numbers.materials.map((m, i) => (m.runs.length < 2 ? "" : choice(`Law of ${m.title}`, m.runs.map((run, k) => [k, run.law]), state.laws[i], (v) => { state.laws[i] = Number(v); })));
stage.append(
  make("div", { class: "choices" },
    choice("Show", numbers.quantities.map((q, i) => [i, q.title]), state.quantity, (v) => { state.quantity = Number(v); }),
    choice("Material", [["both", "both"], ...numbers.materials.map((m, i) => [i, m.title])], "both", (v) => { state.whose = v; }), ...laws, all),
  bylaw,
  make("div", { class: "cards" }, ...cards.map((card) => card.card)), bar,
  make("div", { class: "moves" }, play, charge.box, ring.box), make("div", { class: "charts" }, ...charts.map((chart) => chart.box)));
charts.forEach((chart) => chart.svg.setAttribute("aria-label", { profile: "Along the radius", voltage: "Voltage against charge", history: "History against charge" }[chart.name]));
stage.hidden = false;
around.classList.add("alive");
everything();
let was = innerWidth;
addEventListener("resize", () => { if (innerWidth !== was) { was = innerWidth; moving(); } });
})();

// Curves on axes: ticks people read, labels where no curve runs, colours of the page.
"use strict";

const DASH = { "simulation": "solid", "closed form": "dash", "points": "solid" };
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const LIGHT = { ink: "#222222", grey: "#595959", grid: "#ececec", ground: "#ffffff", lines: {} };
const DARK = {
  ink: "#e4e7ea", grey: "#a3adb6", grid: "#2a3138", ground: "#14181c",
  lines: { "#333333": "#e4e7ea", "#0072B2": "#56a8e0", "#D55E00": "#f08a45", "#009E73": "#2fc39a", "#A66F00": "#d9a441" },
};

const wantsDark = () => Boolean(globalThis.matchMedia && matchMedia("(prefers-color-scheme: dark)").matches);
const fontSize = () => parseFloat(getComputedStyle(document.documentElement).fontSize);
const coloured = (line, look) => look.lines[line.colour] || line.colour;

function trace(line, look = LIGHT) {
  const points = line.kind === "points", colour = coloured(line, look);
  return {
    x: line.x, y: line.y, name: line.label, mode: points ? "markers" : "lines",
    line: { color: colour, width: line.kind === "closed form" ? 3 : 2.5, dash: DASH[line.kind] },
    marker: { color: colour, size: 8, symbol: "circle" },
    hovertemplate: "%{x:.3g}, %{y:.3g}",
  };
}

function powerOfTen(value) {
  const power = Math.round(Math.log10(value));
  if (Math.abs(Math.log10(value) - power) > 1e-9 || Math.abs(power) < 4) return String(Number(value.toPrecision(1)));
  return `10${power < 0 ? "⁻" : ""}${[...String(Math.abs(power))].map((digit) => RAISED[digit]).join("")}`;
}

// Of a logarithmic axis: 1, 2, 5 within a decade and a half, else powers of ten, at most six.
function ticks([low, high]) {
  const span = Math.log10(high / low), first = Math.floor(Math.log10(low)), last = Math.ceil(Math.log10(high));
  const step = Math.max(1, Math.ceil(span / 6)), steps = span < 1.6 ? [1, 2, 5] : [1], values = [];
  for (let power = first; power <= last; power += 1) {
    if (((power % step) + step) % step) continue;
    for (const digit of steps) values.push(digit * 10 ** power);
  }
  const inside = values.filter((value) => value > 0.99 * low && value < 1.01 * high);
  return { tickvals: inside, ticktext: inside.map(powerOfTen) };
}

function reach(values, log) {
  const known = values.flat().filter((v) => v !== null && (!log || v > 0));
  const [low, high] = [Math.min(...known), Math.max(...known)], pad = log ? 1 : 0.04 * (high - low || 1);
  return log ? [low, high > low ? high : 10 * low] : [low - pad, high + pad];
}

function axis(text, log, range, values, look = LIGHT) {
  const within = range || (values.flat().length ? reach(values, log) : null);
  return {
    title: { text, standoff: 6 }, type: log ? "log" : "linear", automargin: true, showline: true, ticks: "outside", ticklen: 4,
    linecolor: look.grey, tickcolor: look.grey, gridcolor: look.grid, zeroline: false, nticks: 6, tickangle: 0,
    ...(log && within ? ticks(within) : {}),
    ...(range ? { range: log ? range.map(Math.log10) : range, autorange: false } : {}),
  };
}

// Where a curve runs, in shares of the axes, close enough to find a label that would lie on it.
function traced(panel, bounds) {
  const share = (value, log, [low, high]) => log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  const places = [];
  for (const line of panel.lines || []) {
    let before = null;
    line.x.forEach((x, i) => {
      const y = line.y[i];
      if (y === null || x === null || (panel.log_y && y <= 0)) { before = null; return; }
      const here = [share(x, panel.log_x, bounds.x), share(y, panel.log_y, bounds.y)];
      if (before && line.kind !== "points") for (let k = 1; k < 12; k += 1) places.push(before.map((v, j) => v + (k / 12) * (here[j] - v)));
      places.push(here);
      before = here;
    });
  }
  return { places, share };
}

// A label beside its level line: left, middle or right, above or below, wherever no curve and no other label is.
function freePlace(mark, at, box, places, taken) {
  let best = null;
  for (const [anchor, x] of [["left", 0.01], ["right", 0.99], ["center", 0.5], ["center", 0.3], ["center", 0.7]]) {
    for (const above of [true, false]) {
      const left = anchor === "left" ? x : anchor === "right" ? x - box.wide : x - box.wide / 2;
      const low = above ? at : at - box.high, own = [left - 0.01, left + box.wide + 0.01, low, low + box.high];
      const inside = ([px, py]) => px > own[0] && px < own[1] && py > own[2] && py < own[3];
      const meets = (other) => own[0] < other[1] && other[0] < own[1] && own[2] < other[3] && other[2] < own[3];
      const outside = own[2] < -0.02 || own[3] > 1.02 || left < 0 || left + box.wide > 1;
      const cost = places.filter(inside).length + 1000 * taken.filter(meets).length + (outside ? 500 : 0);
      if (best === null || cost < best.cost) best = { cost, x, anchor, above, own };
    }
  }
  taken.push(best.own);
  return best;
}

function marks(panel, look = LIGHT, room = { width: 360, height: 260, size: 13 }) {
  const shapes = [], annotations = [], taken = [];
  const bounds = {
    x: panel.x_range || reach((panel.lines || []).map((line) => line.x), panel.log_x),
    y: panel.y_range || reach((panel.lines || []).map((line) => line.y), panel.log_y),
  };
  const { places, share } = traced(panel, bounds);
  for (const { x, y } of panel.marks) {
    const at = x !== null ? share(x, panel.log_x, bounds.x) : share(y, panel.log_y, bounds.y);
    for (let k = 0; k < 60; k += 1) places.push(x !== null ? [at, k / 60] : [k / 60, at]);
  }
  let row = 0;
  for (const mark of panel.marks) {
    const upright = mark.x !== null, place = upright ? mark.x : mark.y;
    const log = upright ? panel.log_x : panel.log_y, at = log ? Math.log10(place) : place;
    shapes.push({
      type: "line", line: { color: look.grey, width: 1.5, dash: "dot" },
      ...(upright ? { x0: place, x1: place, yref: "paper", y0: 0, y1: 1 } : { y0: place, y1: place, xref: "paper", x0: 0, x1: 1 }),
    });
    const common = { text: mark.label, showarrow: false, font: { color: look.ink }, borderpad: 1 };
    if (upright) {
      const where = share(place, panel.log_x, bounds.x);
      const xanchor = where < 0.25 ? "left" : where > 0.75 ? "right" : "center";
      annotations.push({ ...common, x: at, yref: "paper", y: 1, yanchor: "bottom", yshift: row * 1.3 * room.size, xanchor });
      row += 1;
      continue;
    }
    const box = { wide: 0.56 * room.size * mark.label.length / (room.width - 70), high: 1.5 * room.size / (room.height - 60) };
    const best = freePlace(mark, share(place, panel.log_y, bounds.y), box, places, taken);
    annotations.push({ ...common, y: at, xref: "paper", x: best.x, xanchor: best.anchor, yanchor: best.above ? "bottom" : "top" });
  }
  return { shapes, annotations, rows: row };
}

function plot(panel, look, room) {
  const [x, y] = ["x", "y"].map((key) => panel.lines.map((line) => line[key]));
  const { rows, ...drawn } = marks(panel, look, room);
  const x_range = panel.x_range || (panel.log_x || !panel.lines.some((line) => line.kind === "points") ? null : reach(x, false));
  const y_label = 0.58 * room.size * panel.y_label.length < room.height - 75 ? panel.y_label : panel.y_label.replace(" [", "<br>[");
  const layout = {
    font: { family: "system-ui, sans-serif", size: room.size, color: look.ink },
    margin: { l: 10, r: 12, t: 6 + rows * 1.4 * room.size, b: 6 }, width: room.width, height: room.height,
    paper_bgcolor: look.ground, plot_bgcolor: look.ground, hoverlabel: { bgcolor: look.ground, font: { color: look.ink } },
    xaxis: axis(panel.x_label, panel.log_x, x_range, x, look), yaxis: axis(y_label, panel.log_y, panel.y_range, y, look),
    legend: { orientation: "h", x: 0, y: 1.02 + 0.06 * rows, yanchor: "bottom", xanchor: "left" }, showlegend: false, ...drawn,
  };
  return { data: panel.lines.map((line) => trace(line, look)), layout };
}

function drawPanel(place, panel) {
  if (!place.clientWidth) return null;
  place.drawn = panel;
  const room = { width: place.clientWidth, height: place.clientHeight, size: Math.min(15, 0.72 * fontSize()) };
  const { data, layout } = plot(panel, wantsDark() ? DARK : LIGHT, room);
  return Plotly.react(place, data, layout, { displayModeBar: false, staticPlot: false });
}

function keys(panel) {
  const look = wantsDark() ? DARK : LIGHT;
  return panel.lines.map((line) => {
    const key = document.createElement("span"), sign = document.createElement("i");
    sign.className = line.kind.replace(" ", "-");
    sign.style.color = coloured(line, look);
    key.append(sign, line.label);
    return key;
  });
}

// Draws a picture (balls and panels as plain data) and gives it away as a file.
"use strict";

const VIRIDIS = ["#440154", "#48186a", "#472d7b", "#424086", "#3b528b", "#33638d", "#2c728e", "#26828e", "#21918c", "#1fa088", "#28ae80", "#3fbc73", "#5ec962", "#84d44b", "#addc30", "#d8e219", "#fde725"];
const DIVERGING = ["#2d004b", "#532687", "#8073ac", "#b1aad1", "#d8daeb", "#f7f7f6", "#fee0b6", "#fcb761", "#e08214", "#b25706", "#7f3b08"];
const SCALES = { sodium: VIRIDIS, stress: DIVERGING };
const DASH = { "simulation": "solid", "closed form": "dash", "points": "solid" };
const GREY = "#595959";

const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));

function colourAt(scale, share) {
  const place = Math.min(Math.max(share, 0), 1) * (scale.length - 1);
  const i = Math.min(Math.floor(place), scale.length - 2);
  const [from, to] = [rgb(scale[i]), rgb(scale[i + 1])];
  return from.map((value, k) => value + (place - i) * (to[k] - value));
}

function valueAt(ball, r) {
  const { radius, values } = ball;
  let i = 1;
  while (i < radius.length - 1 && radius[i] < r) i += 1;
  const span = radius[i] - radius[i - 1] || 1;
  return values[i - 1] + ((r - radius[i - 1]) / span) * (values[i] - values[i - 1]);
}

const readable = (value) => (value === 0 ? "0" : String(Number(value.toPrecision(3))));

function drawBall(canvas, ball) {
  const size = canvas.width, context = canvas.getContext("2d");
  const image = context.createImageData(size, size), reach = 0.49 * size * ball.size;
  const table = Array.from({ length: 257 }, (_, i) => {
    const share = (valueAt(ball, i / 256) - ball.low) / (ball.high - ball.low);
    return colourAt(SCALES[ball.quantity], share);
  });
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      const r = Math.hypot(column + 0.5 - size / 2, row + 0.5 - size / 2) / reach;
      if (r > 1) continue;
      const colour = table[Math.round(r * 256)], at = 4 * (row * size + column);
      for (let k = 0; k < 3; k += 1) image.data[at + k] = r > 0.98 ? 51 : colour[k];
      image.data[at + 3] = 255;
    }
  }
  context.clearRect(0, 0, size, size);
  context.putImageData(image, 0, 0);
}

function ballText(ball) {
  const centre = ball.values[0], surface = ball.values[ball.values.length - 1];
  return `centre ${readable(centre)}, surface ${readable(surface)}`;
}

function fontSize() {
  return parseFloat(getComputedStyle(document.documentElement).fontSize);
}

function trace(line) {
  const points = line.kind === "points";
  return {
    x: line.x, y: line.y, name: line.label, mode: points ? "markers" : "lines",
    line: { color: line.colour, width: line.kind === "closed form" ? 3 : 2.5, dash: DASH[line.kind] },
    marker: { color: line.colour, size: 8, symbol: "circle" },
    hovertemplate: "%{x:.3g}, %{y:.3g}",
  };
}

function decades(values) {
  const positive = values.flat().filter((v) => v > 0);
  return Math.log10(Math.max(...positive) / Math.min(...positive));
}

function axis(text, log, range, values) {
  const wide = log ? decades(range || values) : 0;
  return {
    title: { text, standoff: 8 }, type: log ? "log" : "linear", automargin: true, showline: true, ticks: "outside",
    linecolor: GREY, gridcolor: "#ececec", zerolinecolor: "#cfcfcf", exponentformat: "power", nticks: 6,
    tickangle: 0, ...(wide > 1.5 ? { dtick: wide > 5 ? 2 : 1 } : {}),
    ...(range ? { range: log ? range.map(Math.log10) : range, autorange: false } : {}),
  };
}

function marks(panel) {
  const shapes = [], annotations = [];
  let across = 0, up = 0;
  for (const mark of panel.marks) {
    const upright = mark.x !== null, place = upright ? mark.x : mark.y;
    const turn = upright ? up++ : across++;
    const log = upright ? panel.log_x : panel.log_y, at = log ? Math.log10(place) : place;
    shapes.push({
      type: "line", line: { color: GREY, width: 1.5, dash: "dot" },
      ...(upright ? { x0: place, x1: place, yref: "paper", y0: 0, y1: 1 } : { y0: place, y1: place, xref: "paper", x0: 0, x1: 1 }),
    });
    annotations.push({
      text: mark.label, showarrow: false, font: { color: "#333333" }, bgcolor: "rgba(255, 255, 255, 0.8)", borderpad: 0,
      ...(upright ? { x: at, yref: "paper", y: 1 - 0.1 * turn, xanchor: "left", yanchor: "top" }
        : { y: at, xref: "paper", x: turn % 2 ? 0.99 : 0.01, xanchor: turn % 2 ? "right" : "left", yanchor: "bottom" }),
    });
  }
  return { shapes, annotations };
}

function drawPanel(place, panel) {
  const size = fontSize() * 0.85, entries = panel.lines.length > 2 ? panel.lines.length : 1;
  const [x, y] = ["x", "y"].map((key) => panel.lines.map((line) => line[key]));
  const layout = {
    font: { family: "system-ui, sans-serif", size, color: "#222222" }, margin: { l: 10, r: 14, t: 8, b: 8 },
    height: Math.round(size * (21 + 1.5 * entries)), paper_bgcolor: "#ffffff", plot_bgcolor: "#ffffff",
    xaxis: axis(panel.x_label, panel.log_x, null, x), yaxis: axis(panel.y_label, panel.log_y, panel.y_range, y),
    legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", xanchor: "left" }, showlegend: true, ...marks(panel),
  };
  return Plotly.react(place, panel.lines.map(trace), layout, { displayModeBar: false, responsive: true, staticPlot: false });
}

function frame(kind) {
  const figure = document.createElement("figure");
  figure.className = kind;
  figure.innerHTML = '<figcaption></figcaption><div class="shape" role="img"></div><p class="scale" aria-hidden="true"></p>';
  if (kind === "ball") {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 240;
    figure.querySelector(".shape").append(canvas);
  }
  return figure;
}

function scaleBar(ball) {
  const stops = SCALES[ball.quantity].join(",");
  return `<span>${readable(ball.low)}</span><span class="bar" style="background:linear-gradient(90deg,${stops})"></span><span>${readable(ball.high)}</span>`;
}

function fill(container, kind, items, draw) {
  while (container.children.length > items.length) container.lastElementChild.remove();
  while (container.children.length < items.length) container.append(frame(kind));
  items.forEach((item, i) => {
    const figure = container.children[i];
    figure.querySelector("figcaption").textContent = item.title;
    draw(figure, item);
  });
}

function drawPicture(picture) {
  const balls = picture.panels.filter((p) => p.kind === "ball"), panels = picture.panels.filter((p) => p.kind === "panel");
  fill(document.getElementById("balls"), "ball", balls, (figure, ball) => {
    drawBall(figure.querySelector("canvas"), ball);
    figure.querySelector(".shape").setAttribute("aria-label", `${ball.title}, ${ball.label}: ${ballText(ball)}`);
    figure.querySelector(".scale").innerHTML = `<span class="name"></span>${scaleBar(ball)}`;
    figure.querySelector(".name").textContent = ball.label;
  });
  fill(document.getElementById("panels"), "panel", panels, (figure, panel) => {
    const place = figure.querySelector(".shape"), names = panel.lines.map((line) => line.label).join(", ");
    place.setAttribute("aria-label", `${panel.title}: ${panel.y_label} against ${panel.x_label}; ${names}`);
    drawPanel(place, panel);
  });
  document.getElementById("sentences").replaceChildren(...picture.sentences.map((text) => {
    const p = document.createElement("p");
    p.innerHTML = text;
    return p;
  }));
}

function save(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function asTable(picture) {
  const quoted = (text) => `"${String(text).replaceAll('"', '""')}"`, rows = [["picture", "curve", "x", "x in", "y", "y in"].join(",")];
  for (const panel of picture.panels) {
    const lines = panel.kind === "ball" ? [{ label: "along the radius", x: panel.radius, y: panel.values }] : panel.lines;
    const [x, y] = panel.kind === "ball" ? ["r/R [1]", panel.label] : [panel.x_label, panel.y_label];
    for (const line of lines) line.x.forEach((value, i) => rows.push([quoted(panel.title), quoted(line.label), value ?? "", quoted(x), line.y[i] ?? "", quoted(y)].join(",")));
  }
  for (const number of picture.numbers) rows.push([quoted("numbers"), quoted(number.label), "", "", number.value, quoted(number.unit)].join(","));
  return rows.join("\n") + "\n";
}

const loaded = (url) => new Promise((done) => { const image = new Image(); image.onload = () => done(image); image.src = url; });

async function asImage(title) {
  const width = 1400, half = width / 2, tile = 420, ball = 300;
  const figures = (id) => [...document.querySelectorAll(`#${id} figure`)];
  const balls = figures("balls"), panels = figures("panels"), top = 50 + (balls.length ? ball + 80 : 0);
  const canvas = document.createElement("canvas"), context = canvas.getContext("2d");
  canvas.width = width;
  canvas.height = top + Math.ceil(panels.length / 2) * (tile + 40) + 20;
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = "#222222";
  context.font = "22px system-ui, sans-serif";
  context.fillText(title, 20, 32);
  context.font = "16px system-ui, sans-serif";
  balls.forEach((figure, i) => {
    const x = 20 + i * (width - 40) / balls.length;
    context.fillText(figure.querySelector("figcaption").textContent, x, 70);
    context.drawImage(figure.querySelector("canvas"), x, 80, ball - 20, ball - 20);
    context.fillText(figure.querySelector(".scale").innerText.replace(/\s+/g, " "), x, ball + 85);
  });
  for (const [i, figure] of panels.entries()) {
    const url = await Plotly.toImage(figure.querySelector(".shape"), { format: "png", width: half - 30, height: tile, scale: 1.5 });
    const x = (i % 2) * half + 15, y = top + Math.floor(i / 2) * (tile + 40);
    context.fillText(figure.querySelector("figcaption").textContent, x + 10, y + 20);
    context.drawImage(await loaded(url), x, y + 30, half - 30, tile);
  }
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

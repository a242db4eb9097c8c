// Draws a picture: cut particles here, panels by panel.js, sentences as they come.
"use strict";

const VIRIDIS = ["#440154", "#48186a", "#472d7b", "#424086", "#3b528b", "#33638d", "#2c728e", "#26828e", "#21918c", "#1fa088", "#28ae80", "#3fbc73", "#5ec962", "#84d44b", "#addc30", "#d8e219", "#fde725"];
const DIVERGING = ["#2d004b", "#532687", "#8073ac", "#b1aad1", "#d8daeb", "#f7f7f6", "#fee0b6", "#fcb761", "#e08214", "#b25706", "#7f3b08"];
const MAGMA = ["#fcfdbf", "#fde0a1", "#fec287", "#fea571", "#fb8761", "#f4695c", "#e55064", "#cf4070", "#b5367a", "#9b2e7f", "#812581", "#681c81", "#4f127b", "#341069", "#1c1044", "#090720", "#000004"];
const SCALES = { sodium: VIRIDIS, stress: DIVERGING, magnitude: MAGMA };

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
  const { data } = image;
  for (let row = 0; row < size; row += 1) {
    const y = (row + 0.5 - size / 2) / reach;
    for (let column = 0; column < size; column += 1) {
      const x = (column + 0.5 - size / 2) / reach, r = Math.sqrt(x * x + y * y);
      if (r > 0.99) continue;
      const colour = table[Math.round(r * 256)], at = 4 * (row * size + column);
      data[at] = colour[0];
      data[at + 1] = colour[1];
      data[at + 2] = colour[2];
      data[at + 3] = 255;
    }
  }
  context.clearRect(0, 0, size, size);
  context.putImageData(image, 0, 0);
  context.beginPath();
  context.arc(size / 2, size / 2, 0.985 * reach, 0, 2 * Math.PI);
  context.lineWidth = 0.03 * reach;
  context.strokeStyle = "#333333";
  context.stroke();
}

function ballText(ball) {
  const centre = ball.values[0], surface = ball.values[ball.values.length - 1];
  return `centre ${readable(centre)}, surface ${readable(surface)}`;
}

function frame(kind) {
  const figure = document.createElement("figure"), shape = document.createElement("div");
  figure.className = kind;
  shape.className = "shape";
  shape.setAttribute("role", "img");
  const under = Object.assign(document.createElement("p"), { className: kind === "ball" ? "scale" : "keys" });
  under.setAttribute("aria-hidden", "true");
  figure.append(document.createElement("figcaption"), ...(kind === "ball" ? [shape, under] : [under, shape]));
  if (kind === "ball") {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 320;
    shape.append(canvas);
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

function showBall(figure, ball) {
  drawBall(figure.querySelector("canvas"), ball);
  figure.querySelector(".shape").setAttribute("aria-label", `${ball.title}, ${ball.label}: ${ballText(ball)}`);
  figure.querySelector(".scale").innerHTML = `<span class="name"></span>${scaleBar(ball)}`;
  figure.querySelector(".name").textContent = ball.label;
}

function showPanel(figure, panel) {
  const place = figure.querySelector(".shape"), names = panel.lines.map((line) => line.label).join(", ");
  place.setAttribute("aria-label", `${panel.title}: ${panel.y_label} against ${panel.x_label}; ${names}`);
  figure.querySelector(".keys").replaceChildren(...keys(panel));
  drawPanel(place, panel);
}

// On a narrow window one figure is seen at a time, or a group of them; these buttons choose it.
function showViews(items) {
  const bar = document.getElementById("views"), whole = document.getElementById("picture");
  const names = items.map((item) => item.group || item.title), titles = [...new Set(names)], figures = [...document.querySelectorAll("#balls figure, #panels figure")];
  const choose = (chosen) => {
    whole.dataset.view = chosen;
    [...bar.children].forEach((button, i) => button.setAttribute("aria-pressed", String(i === chosen)));
    figures.forEach((figure, i) => {
      const shown = names[i] === titles[chosen], shape = figure.querySelector(".shape");
      figure.classList.toggle("chosen", shown);
      if (shown && items[i].kind === "panel" && shape.drawn !== items[i]) drawPanel(shape, items[i]);
    });
  };
  const chosen = Math.min(Number(whole.dataset.view || 0), titles.length - 1);
  bar.hidden = titles.length < 2;
  if ([...bar.children].some((button, i) => button.textContent !== titles[i]) || bar.children.length !== titles.length) {
    bar.replaceChildren(...titles.map((title) => Object.assign(document.createElement("button"), { type: "button", textContent: title })));
  }
  [...bar.children].forEach((button, i) => { button.onclick = () => choose(i); });
  choose(chosen);
}

function drawPicture(picture) {
  const balls = picture.panels.filter((p) => p.kind === "ball"), panels = picture.panels.filter((p) => p.kind === "panel");
  const whole = document.getElementById("picture");
  Object.assign(whole.dataset, { balls: balls.length, panels: panels.length });
  fill(document.getElementById("balls"), "ball", balls, showBall);
  fill(document.getElementById("panels"), "panel", panels, showPanel);
  showViews([...balls, ...panels]);
  document.getElementById("sentences").replaceChildren(...picture.sentences.map((text) => {
    const p = document.createElement("p");
    p.innerHTML = text;
    return p;
  }));
}

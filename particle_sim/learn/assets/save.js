// Gives a picture away as a file.
"use strict";

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
  const drawn = picture.panels.filter((p) => p.kind === "panel");
  for (const [i, figure] of panels.entries()) {
    const plain = { ...plot(drawn[i], LIGHT, { width: half - 30, height: tile, size: 13 }), config: { displayModeBar: false } };
    plain.layout.showlegend = true;
    const url = await Plotly.toImage(plain, { format: "png", width: half - 30, height: tile, scale: 1.5 });
    const x = (i % 2) * half + 15, y = top + Math.floor(i / 2) * (tile + 40);
    context.fillText(figure.querySelector("figcaption").textContent, x + 10, y + 20);
    context.drawImage(await loaded(url), x, y + 30, half - 30, tile);
  }
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

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

const quotedXml = (text) => String(text).replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]);

function folded(text, most) {
  const lines = [""];
  for (const word of text.split(" ")) {
    if (lines.at(-1).length + word.length > most) lines.push("");
    lines.push(`${lines.pop()} ${word}`.trim());
  }
  return lines;
}

function ballDrawing(ball, i, [x, y, side]) {
  const canvas = document.querySelectorAll("#balls canvas")[i], colours = SCALES[ball.quantity], bar = side - 90, below = y + side + 40;
  const stops = colours.map((colour, k) => `<stop offset="${k / (colours.length - 1)}" stop-color="${colour}"/>`).join("");
  const text = (dx, dy, said) => `<text x="${x + dx}" y="${below + dy}">${quotedXml(said)}</text>`;
  return `<text x="${x}" y="${y + 4}" font-weight="bold">${quotedXml(ball.title)}</text><image x="${x}" y="${y + 14}" width="${side}" height="${side}" href="${canvas.toDataURL()}"/>
<linearGradient id="bar-${i}">${stops}</linearGradient><rect x="${x + 30}" y="${below + 10}" width="${bar}" height="14" fill="url(#bar-${i})" stroke="#595959"/>
${text(0, 0, ball.label)}${text(0, 23, readable(ball.low))}${text(bar + 36, 23, readable(ball.high))}${text(0, 46, ballText(ball))}`;
}

// The whole picture as SVG: particles with their colour bars, panels, what is said, numbers, command line.
async function asDrawing(title) {
  const width = 1400, half = width / 2, tile = 380, parts = [`<text x="20" y="36" font-size="24" font-weight="bold">${quotedXml(title)}</text>`];
  const [balls, panels] = ["ball", "panel"].map((kind) => picture.panels.filter((p) => p.kind === kind)), step = (width - 20) / Math.max(balls.length, 3);
  let y = 70;
  balls.forEach((ball, i) => parts.push(ballDrawing(ball, i, [20 + i * step, y, Math.min(step - 40, 300)])));
  if (balls.length) y += Math.min(step - 40, 300) + 120;
  for (const [i, panel] of panels.entries()) {
    const x = (i % 2) * half + 10, room = { width: half - 30, height: tile, size: 14 }, drawing = plot(panel, LIGHT, room);
    drawing.layout.showlegend = true;
    const url = await Plotly.toImage({ ...drawing, config: { displayModeBar: false } }, { format: "svg", width: room.width, height: tile });
    parts.push(`<text x="${x + 10}" y="${y + 4}" font-weight="bold">${quotedXml(panel.title)}</text><g transform="translate(${x},${y + 12})">${decodeURIComponent(url.slice(url.indexOf(",") + 1))}</g>`);
    if (i % 2 || i === panels.length - 1) y += tile + 40;
  }
  const said = [...byId("sentences").children].flatMap((p) => folded(p.textContent, 165)), rows = picture.numbers.map((n) => `${n.label}: ${n.value} ${n.unit}`.trim());
  const line = (text, x = 20, more = "") => parts.push(`<text x="${x}" y="${y}"${more}>${quotedXml(text)}</text>`);
  for (const text of said) { line(text); y += 24; }
  const middle = Math.ceil(rows.length / 2);
  y += 10;
  for (let k = 0; k < middle; k += 1) { line(rows[k]); if (rows[middle + k]) line(rows[middle + k], half); y += 22; }
  for (const text of folded(picture.command, 140)) { y += 8; line(text, 20, ' font-family="monospace"'); y += 16; }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${y + 20}" font-family="system-ui, sans-serif" font-size="16" fill="#222222"><rect width="100%" height="100%" fill="#ffffff"/>\n${parts.join("\n")}\n</svg>\n`;
}

async function asImage(title) {
  const image = await loaded(`data:image/svg+xml,${encodeURIComponent(await asDrawing(title))}`), canvas = document.createElement("canvas"), sharp = 1.5;
  canvas.width = image.width * sharp;
  canvas.height = image.height * sharp;
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

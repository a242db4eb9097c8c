// Any two materials of a page without a server: what each file says, and what is made equal between the two.
"use strict";

const ROLE_NAMES = ["baseline", "candidate"];

// Numbers of both as they are compared; bits 2 k and 2 k + 1 say who takes the other's number of the k-th property.
function levelledPair({ materials, levelled, shared }, names) {
  const [i, j] = names.map((name) => materials.findIndex((m) => m.name === name));
  const pair = [i, j].map((k) => ({ ...materials[k], numbers: { ...materials[k].numbers }, plausible: { ...materials[k].plausible } }));
  levelled.forEach((name, k) => [0, 1].forEach((side) => {
    if (!((shared[i][j] >> (2 * k + side)) & 1)) return;
    const other = materials[side ? i : j];
    pair[side].numbers[name] = other.numbers[name];
    pair[side].plausible[name] = other.plausible[name];
  }));
  return pair;
}

// A material's own slider, as playground.py makes it.
function ownSlider(control, known, { units, reach }) {
  const key = control.name.slice(2), scale = units[key][1], rounded = (value) => Number(value.toPrecision(3));
  const start = rounded(Math.abs(known.numbers[key]) / scale), [least, most] = reach[key] || [rounded(start * 1e-3), rounded(start * 1e3)];
  const low = Math.min(least, start), high = Math.max(most, start), last = 40, ends = known.plausible[key];
  const values = Array.from({ length: last + 1 }, (_, i) => rounded(i === last ? high : low * (high / low) ** (i / last)));
  values[values.reduce((best, v, i) => (Math.abs(v - start) < Math.abs(values[best] - start) ? i : best), 0)] = start;
  return { ...control, group: known.title, start, values, plausible: ends && ends.map((end) => Math.abs(end) / scale).sort((a, b) => a - b) };
}

// The page's set-up for the two materials of its address.
function paired(given) {
  const library = window.particleSimLibrary, query = new URLSearchParams(location.search);
  if (!library) return given;
  let names = ROLE_NAMES.map((role) => query.get(role) ?? given.fixed[role]);
  const known = (name) => library.materials.some((m) => m.name === name), problems = [...given.problems];
  if (!names.every(known) || names[0] === names[1]) {
    problems.push(`${names[0] === names[1] ? "Both materials are the same; choose two different ones." : "The link names a material that is not in the list; choose two from it."} Shown instead: ${ROLE_NAMES.map((role) => given.fixed[role]).join(" and ")}.`);
    names = ROLE_NAMES.map((role) => given.fixed[role]);
  }
  const materials = levelledPair(library, names), charges = { ...given.charges, materials };
  names.forEach((name, i) => { document.querySelector(`select[name=${ROLE_NAMES[i]}]`).value = name; });
  const title = `Playground: ${materials.map((m) => m.title).join(" and ")}`;
  document.querySelector("h1").textContent = title;
  document.title = document.title.replace(/^.*(?= · )/, () => title);
  const controls = given.controls.map((c) => (/^[ab]_/.test(c.name) ? ownSlider(c, materials[c.name[0] === "a" ? 0 : 1], charges) : c));
  return { ...given, charges, controls, problems, fixed: { baseline: names[0], candidate: names[1] } };
}

// One half cell and its particle at constant current, one phase, constant diffusivity: closed forms, no mesh, no time steps.
"use strict";

const FARADAY = 96485.33212, GAS = 8.31446261815324, THERMAL = 2 * GAS * 298.15 / FARADAY;
const MODES = 20, EARLY = 0.02, SEEN = 41, FINER = 4, NODES = 80, ROOM = 1e-3, SCAN = 65, HALVINGS = 60;

const five = (values) => values.map((value) => Number(value.toPrecision(5)));

const bisected = (left, right, past) => {
  let [low, high] = [left, right];
  for (let k = 0; k < HALVINGS; k += 1) { const middle = 0.5 * (low + high); if (past(middle)) high = middle; else low = middle; }
  return high;
};

function interpolated(x, xs, ys) {
  let [low, high] = [0, xs.length - 1];
  while (high - low > 1) { const middle = (low + high) >> 1; if (xs[middle] <= x) low = middle; else high = middle; }
  return ys[low] + (ys[high] - ys[low]) * (x - xs[low]) / (xs[high] - xs[low]);
}

// erfc to rounding: the series of erf below 2.5, Legendre's continued fraction above.
function erfc(x) {
  if (x < 0) return 2 - erfc(-x);
  if (x > 26) return 0;
  const bell = Math.exp(-x * x) / Math.sqrt(Math.PI);
  if (x > 2.5) { let rest = x; for (let k = 60; k > 0; k -= 1) rest = x + 0.5 * k / rest; return bell / rest; }
  let term = x, sum = x;
  for (let k = 1; k < 60; k += 1) { term *= 2 * x * x / (2 * k + 1); sum += term; }
  return 1 - 2 * bell * sum;
}

// tan b = b, b > 0.
const ROOTS = Array.from({ length: MODES }, (_, n) => { let b = (n + 1) * Math.PI; for (let k = 0; k < 30; k += 1) b = (n + 1) * Math.PI + Math.atan(b); return b; });

// What a unit flux has taken at x = r/R after t D/R² (Crank, The Mathematics of Diffusion, eq. 6.45); early, the surface and its image alone.
function taken(x, fourier) {
  if (fourier <= 0) return 0;
  if (fourier < EARLY) {
    const root = Math.sqrt(fourier), inside = Math.max(x, 1e-3);
    const wave = (s) => Math.exp(fourier - s) * erfc(0.5 * s / root - root) - erfc(0.5 * s / root);
    return (wave(1 - inside) - wave(1 + inside)) / inside;
  }
  let sum = 0;
  for (const b of ROOTS) {
    const decay = b * b * fourier;
    if (decay > 40) break;
    sum += (x > 0 ? Math.sin(b * x) / x : b) / (b * b * Math.sin(b)) * Math.exp(-decay);
  }
  return 3 * fourier + 0.5 * x * x - 0.3 - 2 * sum;
}

// From the centre to the surface, closer together within the depth that sodium leaves first; a midpoint between every two for Simpson's rule.
function radii(depth) {
  const first = Math.min(1, depth * NODES / 12), grading = first < 1 ? bisected(1e-6, 60, (k) => k / Math.expm1(k) < first) : 0;
  return Array.from({ length: 2 * NODES + 1 }, (_, i) => { const s = 1 - i / (2 * NODES); return 1 - (grading ? Math.expm1(grading * s) / Math.expm1(grading) : s); });
}

// Radial and hoop stress [MPa] of a free sphere: 2/3 E/(1 - nu) (mean of all - mean inside), and E/(1 - nu) (2/3 of all + 1/3 inside - strain), at every second place.
function stresses(x, strain, stiffness) {
  const inside = [strain[0]], sum = [0], weighed = strain.map((e, i) => 3 * x[i] * x[i] * e);
  for (let i = 2; i < x.length; i += 2) {
    const [h, j] = [x[i] - x[i - 2], (x[i - 1] - x[i - 2]) / (x[i] - x[i - 2])];
    const [a, b] = [weighed[i - 2], weighed[i]], middle = weighed[i - 1];
    const bend = (middle - a - (b - a) * j) / (j * (j - 1));
    sum.push(sum.at(-1) + h * (0.5 * (a + b) - bend / 6));
    inside.push(sum.at(-1) / x[i] ** 3);
  }
  const whole = inside.at(-1), scale = stiffness / 1e6;
  return {
    radial: inside.map((mean) => 2 / 3 * scale * (whole - mean)),
    hoop: inside.map((mean, i) => scale * (2 / 3 * whole + mean / 3 - strain[2 * i])),
  };
}

// Linear chemical strain at a filling: ln(1 + dV/V)/3 with a stretched dV/V; straight pieces, corners rounded by parabolas.
function strainOf({ strain: { points, values: filed, rounding }, stretch }) {
  const values = filed.map((e) => Math.log1p(stretch * Math.expm1(3 * e)) / 3);
  const slopes = values.slice(1).map((v, i) => (v - values[i]) / (points[i + 1] - points[i]));
  const ramp = (x) => Math.abs(x) < rounding ? (x + rounding) ** 2 / (4 * rounding) : Math.max(x, 0);
  return (y) => slopes.reduce((sum, slope, i) => sum + (i ? (slope - slopes[i - 1]) * ramp(y - points[i]) : slope * (y - points[0])), values[0]);
}

// Of a peak either sign counts, but of a first principal stress tension alone.
const largestOf = ({ read, size = Math.abs }, radial, hoop) => Math.max(...hoop.map((h, i) => size(read(radial[i], h))));
const MEASURES = {
  "von-mises": { title: "von Mises stress", read: (radial, hoop) => Math.abs(hoop - radial) },
  "hoop": { title: "hoop stress", read: (radial, hoop) => hoop },
  "radial": { title: "radial stress", read: (radial) => radial },
  "hydrostatic": { title: "hydrostatic stress", read: (radial, hoop) => (radial + 2 * hoop) / 3 },
  "first-principal": { title: "first principal stress", read: Math.max, size: (stress) => Math.max(stress, 0) },
};

// V at a surface filling: U - 2RT/F asinh(j/2j0) - 2RT/F asinh(i/2i_metal) - i R_film; currents below zero on charge.
function voltages(m, current, areal) {
  const drop = THERMAL * Math.asinh(areal / (2 * m.metal_exchange)) + areal * m.film_resistance;
  return (y) => interpolated(y, m.filling, m.potential) - drop - THERMAL * Math.asinh(current / (2 * m.exchange_current_density * Math.max(interpolated(y, m.filling, m.exchange), 1e-12)));
}

const atRest = (m, voltage) => Math.min(Math.max(bisected(0, 1, (y) => interpolated(y, m.filling, m.potential) < voltage), m.margin), 1 - m.margin);

// First surface filling on the way to empty with the voltage past the upper cut-off; 0 where there is none.
function cutOff(m, start, voltage) {
  const past = (y) => voltage(y) >= m.upper_voltage, path = Array.from({ length: SCAN }, (_, i) => start * (1 - i / (SCAN - 1)));
  const found = path.findIndex(past);
  if (found < 1) return found < 0 ? 0 : start;
  return path[found - 1] - bisected(0, path[found - 1] - path[found], (gone) => past(path[found - 1] - gone));
}

// A charge of a material (numbers in SI) from rest at its lower cut-off, as charge_data of the program gives it.
function charge(m, rate) {
  const specific = rate * m.one_c_current, start = atRest(m, m.lower_voltage), stop = atRest(m, m.upper_voltage);
  const current = -specific * m.density * m.particle_radius / 3, voltage = voltages(m, current, -specific * m.active_loading);
  const supply = -current / FARADAY * m.particle_radius / (m.diffusivity * m.maximum_concentration);
  const least = cutOff(m, start, voltage), surface = (fourier) => start - supply * taken(1, fourier);
  const last = start / (3 * supply), end = surface(last) < least || least > 0 ? bisected(0, last, (fourier) => surface(fourier) < least) : last;
  const whole = start - stop, reached = 3 * supply * end / whole, seconds = m.particle_radius ** 2 / m.diffusivity;
  const run = { title: m.title, capacity: specific * end * seconds / 3600, reached, widened: 1, gradient: null, states: null };
  const curve = Array.from({ length: 60 }, (_, i) => end * i / 59);
  run.voltage = { x: five(curve.map((fo) => 300 * supply * fo / whole)), y: five(curve.map((fo) => voltage(Math.max(surface(fo), 0)))) };
  if (3 * supply * end <= ROOM) return run;
  const x = radii(Math.sqrt(4 * end)), places = x.filter((_, i) => i % 2 === 0), stiffness = m.youngs_modulus / (1 - m.poisson_ratio), strain = strainOf(m);
  const state = (fraction) => {
    const fourier = Math.min(fraction * whole / (3 * supply), end), filling = x.map((place) => start - supply * taken(place, fourier));
    return { filling: filling.filter((_, i) => i % 2 === 0), ...stresses(x, filling.map(strain), stiffness) };
  };
  const fractions = Array.from({ length: FINER * (SEEN - 1) + 1 }, (_, i) => i / (FINER * (SEEN - 1))).filter((f) => f < reached);
  const fine = [...fractions, Math.min(reached, 1)].map(state), seen = fine.filter((_, i) => i % FINER === 0 && i < fractions.length);
  while (seen.length < SEEN) seen.push(fine.at(-1));
  const peaks = Object.fromEntries(Object.entries(MEASURES).map(([name, measure]) => [name, five(fine.map((s) => largestOf(measure, s.radial, s.hoop)))]));
  run.states = { radius: five(places), ...Object.fromEntries(["filling", "radial", "hoop"].map((name) => [name, seen.map((s) => five(s[name]))])) };
  run.history = { passed: five([...fractions, Math.min(reached, 1)].map((f) => 100 * f)), ...peaks };
  run.tension = Math.max(0, ...fine.map((s) => Math.max(...s.radial, ...s.hoop)));
  run.spread = Math.max(...fine.map((s) => Math.max(...s.filling) - Math.min(...s.filling)));
  return run;
}

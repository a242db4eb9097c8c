// The claims by verdict, paper and material; without a script the whole table stands.
"use strict";
{
  const form = document.getElementById("filters");
  const rows = [...document.querySelectorAll("table.claims tbody tr")];
  const fits = (row, { name, value }) =>
    !value || (name === "material" ? row.dataset[name].split(", ").includes(value) : row.dataset[name] === value);
  const show = () => {
    const asked = [...form.elements].filter((each) => each.tagName === "SELECT");
    rows.forEach((row) => { row.hidden = !asked.every((each) => fits(row, each)); });
    const shown = rows.filter((row) => !row.hidden).length;
    document.getElementById("shown").textContent = `${shown} of ${rows.length}`;
  };
  form.hidden = false;
  form.addEventListener("change", show);
  show();
}

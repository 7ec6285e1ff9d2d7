"use strict";
for (const table of document.querySelectorAll("table.sorts")) {
  const body = table.tBodies[0];
  const value = (row, place) => {
    const cell = row.cells[place];
    return cell.dataset.v === undefined ? cell.textContent.trim() : parseFloat(cell.dataset.v);
  };
  const compare = (one, other) =>
    typeof one === "string" || typeof other === "string"
      ? String(one).localeCompare(String(other), "zh-CN")
      : (Number.isNaN(one) ? -2 : one) - (Number.isNaN(other) ? -2 : other);
  [...table.tHead.rows[0].cells].forEach((head, place) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const each of head.parentNode.cells) each.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = [...body.rows].sort((one, other) => compare(value(one, place), value(other, place)));
      body.append(...(down ? rows.reverse() : rows));
    });
  });
}
const lists = [...document.querySelectorAll("table.searched")].map((table) => [...table.tBodies[0].rows]);
const tiles = [...document.querySelectorAll("#tiles a")];
const rows = lists.flat();
if (rows.length) {
  const search = document.createElement("p");
  search.className = "search";
  const label = document.createElement("label");
  const input = document.createElement("input");
  const found = document.createElement("span");
  label.textContent = "查找单位：";
  input.type = "search";
  found.setAttribute("role", "status");
  label.append(input);
  search.append(label, found);
  document.querySelector("#rows").prepend(search);
  const first = document.querySelector("#tiles");
  if (first) first.before(search);
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    const shown = new Set();
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      if (!row.hidden) {
        count += 1;
        shown.add("#" + row.id);
      }
    }
    for (const tile of tiles) tile.hidden = !shown.has(tile.getAttribute("href"));
    found.textContent = words.length ? "找到" + count + "个" : "";
  });
}

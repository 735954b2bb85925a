/*
 * What the report does by itself, where scripts are allowed: theme, sorting, filters, choice of
 * maps and distributions, words at marks for mouse and keyboard. Everything it shows is in the
 * page already; it asks nobody for anything.
 */
"use strict";
(() => {
  const all = (what, within = document) => Array.from(within.querySelectorAll(what));
  const make = (tag, attributes = {}, words = "") => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.textContent = words;
    return element;
  };
  const labelled = (words, control) => {
    const label = make("label", {}, words + " ");
    label.append(control);
    return label;
  };
  const choice = (words) => {
    const select = make("select");
    words.forEach((word, index) => select.append(make("option", { value: index }, word)));
    return select;
  };

  /* --- Light and dark --- */

  const root = document.documentElement;
  const is_dark = () => root.dataset.theme
    ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const theme = make("button", { type: "button", class: "theme" });
  const name_theme = () => {
    theme.textContent = is_dark() ? "Light" : "Dark";
    theme.setAttribute("aria-label", is_dark() ? "Show in light colours" : "Show in dark colours");
  };
  const remember = (value) => {
    try {
      if (value) localStorage.setItem("apfsim-theme", value);
      return localStorage.getItem("apfsim-theme");
    } catch (error) {
      return null; /* No storage here: the choice lasts as long as the page. */
    }
  };
  const remembered = remember();
  if (remembered === "light" || remembered === "dark") root.dataset.theme = remembered;
  theme.addEventListener("click", () => {
    root.dataset.theme = is_dark() ? "light" : "dark";
    remember(root.dataset.theme);
    name_theme();
  });
  name_theme();
  document.querySelector("header").append(theme);

  /* --- Tables: sorted by a button in each head --- */

  const value_of = (row, column) => {
    const cell = row.cells[column];
    const number = cell.dataset.v === undefined ? NaN : Number(cell.dataset.v);
    return { number, words: cell.textContent.trim() };
  };
  const is_before = (a, b) => {
    const has_a = !Number.isNaN(a.number), has_b = !Number.isNaN(b.number);
    if (has_a && has_b) return a.number - b.number;
    if (has_a !== has_b) return has_a ? -1 : 1;
    return a.words.localeCompare(b.words, "en", { numeric: true });
  };
  const sort = (table, head) => {
    const column = head.cellIndex, body = table.tBodies[0];
    const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    all("th", table.tHead).forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
    const rows = Array.from(body.rows).map((row) => [value_of(row, column), row]);
    rows.sort((a, b) => sign * is_before(a[0], b[0]));
    body.append(...rows.map((pair) => pair[1]));
  };
  for (const table of all("table.sortable"))
    for (const head of all("thead th", table)) {
      const button = make("button", { type: "button" }, head.textContent);
      button.title = "Sort by " + head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => sort(table, head));
    }

  /* --- Filters: rows and runs that have all of the words --- */

  for (const place of all("[data-filter]")) {
    const rows = all(place.dataset.filter);
    if (rows.length < 2) continue;
    const input = make("input", { type: "search", placeholder: "words, all of them", size: 22 });
    const designs = ["all designs",
      ...new Set(rows.map((row) => row.dataset.design).filter((name) => name !== undefined))];
    const design = choice(designs), failed = make("input", { type: "checkbox" });
    const count = make("span", { class: "note", role: "status" });
    const texts = rows.map((row) => (row.dataset.words || row.textContent).toLowerCase());
    const show = () => {
      const words = input.value.toLowerCase().split(/\s+/).filter((word) => word !== "");
      const wanted = Number(design.value) === 0 ? null : designs[design.value];
      let shown = 0;
      rows.forEach((row, index) => {
        row.hidden = !words.every((word) => texts[index].includes(word))
          || (wanted !== null && row.dataset.design !== wanted)
          || (failed.checked && row.dataset.failed === undefined);
        if (!row.hidden) shown++;
      });
      count.textContent = shown + " of " + rows.length + " shown";
    };
    place.append(labelled("Filter", input), labelled("Design", design));
    if (rows.some((row) => row.dataset.failed !== undefined)) {
      const label = make("label");
      label.append(failed, " failed only");
      place.append(label);
    }
    place.append(count);
    for (const control of [input, design, failed]) {
      control.addEventListener("input", show);
      control.addEventListener("change", show);
    }
    show();
  }

  /* --- One of several: maps of other values, distributions of other groups --- */

  for (const place of all("[data-choose]")) {
    const parts = all(place.dataset.choose);
    if (parts.length < 2) continue;
    const select = choice(parts.map((part) => part.dataset.words));
    const show = () => parts.forEach((part, index) => {
      part.hidden = index !== Number(select.value);
    });
    const box = place.querySelector("details.others");
    if (box) box.replaceWith(...box.querySelectorAll("[data-words]"));
    place.prepend(labelled(place.dataset.label, select));
    select.addEventListener("change", show);
    show();
  }
  for (const place of all("[data-template]")) {
    const templates = all(place.dataset.template);
    if (templates.length === 0) continue;
    const own = Array.from(place.childNodes);
    const select = choice(["all points", ...templates.map((part) => part.dataset.words)]);
    const row = make("div", { class: "controls" });
    row.append(labelled("Points", select));
    place.before(row);
    select.addEventListener("change", () => {
      const part = templates[Number(select.value) - 1];
      place.replaceChildren(...(part ? [part.content.cloneNode(true)] : own));
      prepare(place);
    });
  }

  /* --- Words at marks, for the mouse, and by arrow keys in a figure that has the focus --- */

  const tip = make("div", { class: "tip", role: "status" });
  tip.hidden = true;
  document.body.append(tip);
  let active = null;
  const leave = () => {
    if (active) active.classList.remove("active");
    active = null;
    tip.hidden = true;
  };
  const enter = (mark) => {
    leave();
    active = mark;
    mark.classList.add("active");
    tip.textContent = mark.dataset.tip;
    tip.hidden = false;
    const box = mark.getBoundingClientRect(), own = tip.getBoundingClientRect();
    const left = Math.min(Math.max(6, box.left + box.width / 2 - own.width / 2),
      root.clientWidth - own.width - 6);
    const above = box.top - own.height - 8;
    tip.style.left = left + scrollX + "px";
    tip.style.top = (above > 0 ? above : box.bottom + 8) + scrollY + "px";
  };
  function prepare(within) {
    for (const mark of all(".mark > title", within)) {
      mark.parentNode.dataset.tip = mark.textContent;
      mark.remove(); /* The browser's own words would come on top of ours. */
    }
    for (const figure of all("svg.figure", within))
      if (figure.querySelector(".mark")) figure.setAttribute("tabindex", "0");
  }
  prepare(document);
  document.addEventListener("pointerover", (event) => {
    const mark = event.target.closest ? event.target.closest(".mark") : null;
    if (mark) enter(mark);
    else if (active) leave();
  });
  document.addEventListener("keydown", (event) => {
    const figure = document.activeElement;
    if (event.key === "Escape") leave();
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step || !figure || !figure.matches("svg.figure")) return;
    const marks = all(".mark", figure);
    const at = marks.indexOf(active);
    event.preventDefault();
    enter(marks[at < 0 ? 0 : (at + step + marks.length) % marks.length]);
  });
  document.addEventListener("focusout", leave);

  /* --- Runs: links open them, a button copies the command, paper shows all --- */

  const open_target = () => {
    const target = location.hash ? document.getElementById(location.hash.slice(1)) : null;
    if (!target) return;
    for (let box = target.closest("details"); box; box = box.parentElement.closest("details"))
      box.open = true;
    target.hidden = false;
    target.scrollIntoView();
  };
  addEventListener("hashchange", open_target);
  open_target();
  for (const command of all("pre.command")) {
    const button = make("button", { type: "button", class: "copy" }, "Copy the command");
    const select = () => getSelection().selectAllChildren(command);
    button.addEventListener("click", () => {
      select();
      if (navigator.clipboard)
        navigator.clipboard.writeText(command.textContent)
          .then(() => { button.textContent = "Copied"; }, select);
    });
    const row = make("div", { class: "controls" });
    row.append(button);
    command.after(row);
  }
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = all("details:not([open]):not(.brief)");
    opened.forEach((box) => { box.open = true; });
  });
  addEventListener("afterprint", () => opened.forEach((box) => { box.open = false; }));
})();

"use strict";
// Filters, proofs and download over the embedded published figures. Text is only ever set as text.
// It stands right after the first screen, which answers while the browser still reads what is below.
(function () {
  const $ = (id) => document.getElementById(id);
  document.documentElement.dataset.reading = ""; // until all of the page is laid out and answers
  const whole = new Promise((done) => document.addEventListener("DOMContentLoaded", done));
  // The figures are read when first asked for.
  let data, figures;
  const byId = new Map();
  function read() {
    if (data) return;
    data = JSON.parse($("data").textContent);
    figures = data.figures.map((row) => {
      const figure = {};
      data.columns.forEach((name, i) => { figure[name] = data.lists[name] ? data.lists[name][row[i]] : row[i]; });
      byId.set(figure.figure_id, figure);
      return figure;
    });
  }
  const label = (list, code) => (data.labels[list] && data.labels[list][code]) || code;
  const nameOf = (figure) => (data.indicators[figure.indicator_id] || [figure.indicator_id])[0];
  const itemOf = (figure) => figure.dimension === "all" ? "Ensemble" :
    label("dimension", figure.dimension) + " : " + (data.items[figure.dimension + "/" + figure.item] || figure.item);
  const percent = (share) => Math.round(share * 100) + "\u202f%";
  const coverage = (f) => f.coverage === "" || f.expected === "" ? "–" :
    percent(f.coverage) + " (" + Math.round(f.coverage * f.expected) + "/" + f.expected + ")";
  const element = (tag, text, className) => {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  };
  const proofButton = (figureId, text) => {
    const button = element("button", text, "fig");
    button.type = "button";
    button.dataset.figureId = figureId;
    return button;
  };

  // The state of the filters lives in the address, so that a view can be sent.
  const filters = { quarter: $("f-quarter"), perimeter: $("f-perimeter"), function: $("f-function") };
  const published = document.documentElement.dataset.quarter;
  const defaults = { quarter: published, perimeter: filters.perimeter.options[0].value, function: "all" };
  for (const [name, select] of Object.entries(filters)) select.value = defaults[name]; // not what a reload remembers

  function fromAddress() {
    const asked = new URLSearchParams(location.hash.slice(1));
    for (const [name, select] of Object.entries(filters)) {
      const known = [...select.options].some((o) => o.value === asked.get(name));
      select.value = known ? asked.get(name) : defaults[name];
    }
    return asked;
  }
  function toAddress(extra) {
    const state = new URLSearchParams();
    for (const [name, select] of Object.entries(filters)) if (select.value !== defaults[name]) state.set(name, select.value);
    if (extra) state.set("figure", extra);
    const hash = state.toString();
    history.replaceState(null, "", hash ? "#" + hash : location.pathname + location.search);
  }

  const folded = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  function selected() {
    read();
    const wanted = filters.function.value;
    return figures.filter((f) => f.period === filters.quarter.value &&
      (f.perimeter === filters.perimeter.value || f.perimeter === "pole" || f.perimeter === "managing_body") &&
      (wanted === "all" || (f.dimension === "function" && f.item === wanted)));
  }

  // Views are HTML made by the same templates as this page, packed one period at a time.
  const unpacked = new Map();
  function viewsOf(period) {
    const held = document.querySelector(`script.views[data-period="${CSS.escape(period)}"]`);
    if (!held || typeof DecompressionStream === "undefined") return Promise.resolve(null);
    if (!unpacked.has(period)) {
      const bytes = Uint8Array.from(atob(held.textContent.split(",")[1]), (c) => c.charCodeAt(0));
      const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
      unpacked.set(period, new Response(stream).json());
    }
    return unpacked.get(period);
  }
  const cannot = "Ce navigateur ne sait pas montrer les autres vues ; le tableau « Tous les chiffres » suit vos choix.";
  let shown = [defaults.quarter, defaults.perimeter, defaults.function].join("|");
  async function drawViews() {
    const period = filters.quarter.value, key = filters.perimeter.value + "|" + filters.function.value;
    const asked = period + "|" + key;
    if (asked === shown) return "";
    shown = asked;
    delete document.documentElement.dataset.shown;
    const [own, last] = [await viewsOf(period), await viewsOf(published)];
    if (shown !== asked) return ""; // another choice was made meanwhile
    if (!own || !last) {
      document.documentElement.dataset.shown = asked;
      return " " + cannot;
    }
    const fresh = { ...last[""], ...last[key], ...own[""], ...own[key] };
    const kept = [];
    document.querySelectorAll("[data-view]").forEach((box) => {
      const slug = box.dataset.view;
      box.innerHTML = fresh[slug] || "";
      activate(box);
      const said = box.parentElement.querySelector("[data-role=view]");
      if (!said) return;
      const isOwn = slug in own[key] || slug in own[""];
      if (!isOwn) kept.push(slug);
      said.hidden = period === published;
      said.textContent = isOwn ? "Vue arrêtée à : " + label("period", period) + "." :
        "Cette section reste arrêtée à : " + label("period", published) + ".";
    });
    document.documentElement.dataset.shown = asked;
    return kept.length ? " Les graphiques restent arrêtés à : " + label("period", published) + "." : "";
  }
  // Without script a figure is plain text; with it, a button to its proof, and each table of a chart can be saved.
  function activate(box) {
    box.querySelectorAll("span[data-figure-id]").forEach((span) =>
      span.replaceWith(proofButton(span.dataset.figureId, span.textContent)));
    box.querySelectorAll("figure details").forEach((details) => {
      const button = element("button", "Télécharger (CSV)", "button noprint");
      button.type = "button";
      button.setAttribute("aria-label", "Télécharger (CSV) : " + details.querySelector("caption").textContent);
      button.addEventListener("click", () => save([...details.querySelectorAll("tr")].map((row) =>
        [...row.cells].map((cell) => cell.textContent)), details.querySelector("caption").textContent));
      details.append(button);
    });
  }

  function drawTable() {
    const sought = folded($("t-search").value);
    const rows = selected().filter((f) => folded(nameOf(f) + " " + itemOf(f)).includes(sought));
    const body = $("t-figures").tBodies[0];
    body.replaceChildren(...rows.map((f) => {
      const row = element("tr");
      const head = element("th", nameOf(f));
      head.scope = "row";
      const value = element("td", undefined, "num");
      value.append(proofButton(f.figure_id, f.text));
      row.append(head, element("td", itemOf(f)), element("td", label("perimeter", f.perimeter)), value,
        element("td", coverage(f), "num"), element("td", label("status", f.status)));
      return row;
    }));
    const told = rows.length + (rows.length < 2 ? " chiffre publié" : " chiffres publiés");
    $("t-figures").caption.textContent = told + " – " + filters.quarter.selectedOptions[0].text + ", " +
      filters.perimeter.selectedOptions[0].text.toLowerCase() +
      (filters.function.value === "all" ? "" : ", " + filters.function.selectedOptions[0].text.toLowerCase());
  }

  async function draw() {
    await whole;
    const count = selected().length;
    $("f-said").textContent = count + (count < 2 ? " chiffre publié" : " chiffres publiés") + " pour ce choix.";
    drawTable();
    $("f-said").textContent += await drawViews();
  }

  function showProof(figure) {
    const known = data.indicators[figure.indicator_id] || [figure.indicator_id, "", "", "", ""];
    $("p-title").textContent = known[0];
    const list = element("dl");
    const add = (term, text) => { if (text !== "" && text !== undefined) list.append(element("dt", term), element("dd", String(text))); };
    add("Définition", known[1]);
    add("Formule", known[2]);
    add("Sources", known[3]);
    add("Période", label("period", figure.period));
    add("Périmètre", label("perimeter", figure.perimeter));
    add("Détail", itemOf(figure));
    if (figure.numerator !== "" && figure.denominator !== "") add("Rapport", french(figure.numerator) + " / " + french(figure.denominator));
    add("Contributeurs", figure.contributors);
    add("Couverture", coverage(figure));
    add("Connu par", label("rung", figure.rung));
    add("Statut", label("status", figure.status));
    add("Raison", figure.reason);
    add("Valeur exacte", figure.value === "" ? "" : french(figure.value));
    add("Version", known[4]);
    const past = figures.filter((f) => f.indicator_id === figure.indicator_id && f.perimeter === figure.perimeter &&
      f.dimension === figure.dimension && f.item === figure.item && f.period !== figure.period && f.period.includes("Q"))
      .sort((a, b) => a.period < b.period ? 1 : -1).slice(0, 4);
    add("Avant et après", past.map((f) => label("period", f.period) + " : " + f.text).join(" ; "));
    const how = element("p", "Preuve jusqu'aux lignes des fichiers : ");
    how.append(element("code", "periscope explain " + figure.figure_id));
    $("p-body").replaceChildren(element("p", figure.text, "big"), list, how);
    if (!$("proof").open) $("proof").showModal();
    toAddress(figure.figure_id);
  }
  function french(text) {
    const [whole, part] = String(text).replace("-", "−").split(".");
    const kept = part ? part.replace(/0+$/, "") : "";
    return whole.replace(/\B(?=(\d{3})+$)/g, "\u202f") + (kept ? "," + kept : "");
  }

  function save(lines, name) {
    const quoted = (value) => {
      const text = String(value);
      const safe = /^[=+@\t\r]|^-(?![\d.,]+$)/.test(text) && !/^\+[\d\u202f]/.test(text) ? "'" + text : text; // never a formula
      return /[;"\n\r]/.test(safe) ? '"' + safe.replaceAll('"', '""') + '"' : safe;
    };
    const text = "\ufeff" + lines.map((line) => line.map(quoted).join(";")).join("\r\n") + "\r\n";
    const link = element("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    link.download = folded(name).replace(/[^a-z0-9]+/g, "-").slice(0, 80) + ".csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
  function download() {
    const rows = selected(), columns = data.columns.filter((c) => c !== "text");
    const lines = rows.map((f) => columns.map((c) => f[c]).concat(nameOf(f)));
    save([columns.concat("label"), ...lines], "chiffres-" + filters.quarter.value + "-" + filters.perimeter.value);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-figure-id]");
    if (button) read();
    const figure = button && byId.get(button.dataset.figureId);
    if (figure) showProof(figure);
  });
  $("p-close").addEventListener("click", () => $("proof").close());
  $("proof").addEventListener("close", () => toAddress());
  const form = document.querySelector(".filters");
  form.addEventListener("change", () => { toAddress(); draw(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    for (const [name, select] of Object.entries(filters)) select.value = defaults[name];
    toAddress();
    draw();
  });
  function open() {
    const asked = fromAddress();
    read();
    draw();
    const figure = byId.get(asked.get("figure"));
    if (figure) showProof(figure);
  }
  window.addEventListener("hashchange", () => {
    if (location.hash.includes("=")) open();
  });
  window.addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
  activate($("synthese"));
  form.hidden = false;
  document.documentElement.dataset.shown = shown;
  if (location.hash.includes("=")) open();
  // Below the first screen, one section at a time when the browser is idle; the table of all figures last.
  const whenIdle = window.requestIdleCallback ? (next) => requestIdleCallback(next, { timeout: 200 }) : setTimeout;
  whole.then(() => {
    $("t-download").addEventListener("click", download);
    $("t-search").addEventListener("input", drawTable);
    const below = [...document.querySelectorAll("main > section:not(#synthese)")];
    whenIdle(async function next() {
      const section = below.shift();
      if (section) {
        section.classList.add("read");
        activate(section);
        return whenIdle(next);
      }
      if (!$("t-figures").tBodies[0].rows.length) await draw();
      delete document.documentElement.dataset.reading;
    });
  });
})();

"use strict";
// Filters, proofs and download over the embedded published figures. Text is only ever set as text.
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = new Map(), byKey = new Map();
  const figures = data.figures.map((row) => {
    const figure = {};
    data.columns.forEach((name, i) => { figure[name] = data.lists[name] ? data.lists[name][row[i]] : row[i]; });
    byId.set(figure.figure_id, figure);
    byKey.set([figure.indicator_id, figure.period, figure.perimeter, figure.dimension, figure.item].join("|"), figure);
    return figure;
  });
  const $ = (id) => document.getElementById(id);
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
  const proofButton = (figure, text) => {
    const button = element("button", text || figure.text, "fig");
    button.type = "button";
    button.dataset.figureId = figure.figure_id;
    return button;
  };

  // The state of the filters lives in the address, so that a view can be sent.
  const filters = { quarter: $("f-quarter"), perimeter: $("f-perimeter"), function: $("f-function") };
  const addOption = (select, value, text) => { const o = element("option", text); o.value = value; select.append(o); };
  const periods = [...new Set(figures.filter((f) => f.dimension !== "cohort").map((f) => f.period))].sort().reverse();
  periods.forEach((p) => addOption(filters.quarter, p, p.includes("Q") ? label("period", p) : "Année " + p));
  addOption(filters.function, "all", "Toutes");
  [...new Set(figures.filter((f) => f.dimension === "function").map((f) => f.item))].sort()
    .forEach((f) => addOption(filters.function, f, data.items["function/" + f] || f));
  const defaults = { quarter: data.quarter, perimeter: filters.perimeter.value, function: "all" };

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

  function selected() {
    const wanted = filters.function.value;
    return figures.filter((f) => f.period === filters.quarter.value &&
      (f.perimeter === filters.perimeter.value || f.perimeter === "pole" || f.perimeter === "managing_body") &&
      (wanted === "all" || (f.dimension === "function" && f.item === wanted)));
  }

  function drawCards() {
    const wanted = filters.function.value;
    document.querySelectorAll(".measure").forEach((box) => {
      const key = [box.dataset.indicator, filters.quarter.value, filters.perimeter.value,
        wanted === "all" ? "all" : "function", wanted].join("|");
      const figure = byKey.get(key);
      const said = figure ? data.spoken[figure.figure_id] : null;
      const put = (role, text) => { box.querySelector(`[data-role=${role}]`).textContent = text; };
      const value = box.querySelector(".value");
      value.replaceChildren(figure ? proofButton(figure) : "n.d.");
      put("change", said ? said[0] : "n.d.");
      put("target", (said && said[1]) || "aucun fixé");
      put("coverage", figure ? coverage(figure) : "–");
      put("status", figure ? label("status", figure.status) : "Aucune donnée");
      put("sentence", said ? said[2] : "Aucun chiffre n'est publié pour ce choix.");
    });
  }

  function drawTable() {
    const rows = selected();
    const body = $("t-figures").tBodies[0];
    body.replaceChildren(...rows.map((f) => {
      const row = element("tr");
      const head = element("th", nameOf(f));
      head.scope = "row";
      const value = element("td", undefined, "num");
      value.append(proofButton(f));
      row.append(head, element("td", itemOf(f)), element("td", label("perimeter", f.perimeter)), value,
        element("td", coverage(f), "num"), element("td", label("status", f.status)));
      return row;
    }));
    const told = rows.length + (rows.length < 2 ? " chiffre publié" : " chiffres publiés");
    $("t-figures").caption.textContent = told + " – " + filters.quarter.selectedOptions[0].text + ", " +
      filters.perimeter.selectedOptions[0].text.toLowerCase() +
      (filters.function.value === "all" ? "" : ", " + filters.function.selectedOptions[0].text.toLowerCase());
    return told;
  }

  function draw() {
    const told = drawTable();
    drawCards();
    document.querySelectorAll("[data-perimeter]").forEach((box) => { box.hidden = box.dataset.perimeter !== filters.perimeter.value; });
    const fixed = filters.quarter.value === data.quarter ? "" :
      " Les graphiques des sections restent arrêtés au " + label("period", data.quarter) + ".";
    $("f-said").textContent = told + " pour ce choix." + fixed;
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

  function download() {
    const quoted = (value) => {
      const text = String(value);
      const safe = /^[=+@\t\r]|^-(?![\d.,]+$)/.test(text) ? "'" + text : text; // never a formula in a spreadsheet
      return /[;"\n\r]/.test(safe) ? '"' + safe.replaceAll('"', '""') + '"' : safe;
    };
    const lines = [data.columns.filter((c) => c !== "text").concat("label")];
    for (const f of selected()) lines.push(data.columns.filter((c) => c !== "text").map((c) => f[c]).concat(nameOf(f)));
    const text = "\ufeff" + lines.map((line) => line.map(quoted).join(";")).join("\r\n") + "\r\n";
    const link = element("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    link.download = "chiffres-" + filters.quarter.value + "-" + filters.perimeter.value + ".csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-figure-id]");
    const figure = button && byId.get(button.dataset.figureId);
    if (figure) showProof(figure);
  });
  $("p-close").addEventListener("click", () => $("proof").close());
  $("proof").addEventListener("close", () => toAddress());
  $("t-download").addEventListener("click", download);
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
    draw();
    const figure = byId.get(asked.get("figure"));
    if (figure) showProof(figure);
  }
  window.addEventListener("hashchange", () => {
    if (location.hash.includes("=")) open();
  });
  window.addEventListener("beforeprint", () => document.querySelectorAll("figure details").forEach((d) => { d.open = true; }));
  // Without script a figure is plain text; with it, a button to its proof.
  document.querySelectorAll("span[data-figure-id]").forEach((span) => {
    const figure = byId.get(span.dataset.figureId);
    if (figure) span.replaceWith(proofButton(figure, span.textContent));
  });
  form.hidden = false;
  open();
})();

"use strict";
// Search: tables whose name, description or columns hold the words stay, and open when the word is inside.
(function () {
  const folded = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  const entries = [...document.querySelectorAll("details.entry, #indicateurs tbody tr")];
  const texts = entries.map((entry) => folded(entry.textContent));
  const field = document.getElementById("d-search");
  function search() {
    const sought = folded(field.value.trim());
    let found = 0;
    entries.forEach((entry, i) => {
      entry.hidden = !texts[i].includes(sought);
      if (!entry.hidden) found += 1;
      if (entry.tagName === "DETAILS") entry.open = sought.length > 1 && !entry.hidden;
    });
    document.getElementById("d-said").textContent = sought ? found + (found < 2 ? " trouvé" : " trouvés") : "";
  }
  field.form.hidden = false;
  field.form.addEventListener("submit", (event) => event.preventDefault());
  field.addEventListener("input", search);
})();

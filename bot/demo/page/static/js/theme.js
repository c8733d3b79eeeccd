// Runs before anything is drawn, so that the page never flashes in the wrong colours.
(() => {
  let saved = null;
  try {
    saved = localStorage.getItem("workspace.theme");
  } catch {
    saved = null;
  }
  if (saved === "light" || saved === "dark") document.documentElement.dataset.theme = saved;
})();

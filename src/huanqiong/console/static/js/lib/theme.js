// Dark for the watch floor, light for daylight. Loaded before the page is drawn, so that nothing flashes.

const root = document.documentElement;
const wished = localStorage.getItem("hq-theme");
if (wished) root.dataset.theme = wished;

window.hqToggleTheme = () => {
  root.dataset.theme = root.dataset.theme === "light" ? "dark" : "light";
  localStorage.setItem("hq-theme", root.dataset.theme);
  window.dispatchEvent(new Event("hq-theme"));
};

// The theme switch of the sign-in page, which loads nothing else.
document.getElementById("theme").addEventListener("click", () => window.hqToggleTheme());

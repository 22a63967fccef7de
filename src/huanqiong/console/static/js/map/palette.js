// The map's colours, by theme. Each vessel class differs in hue and lightness; alerts differ in shape too.

export const theme = () => (document.documentElement.dataset.theme === "light" ? "light" : "dark");

const PALETTES = {
  dark: {
    sea: "#0a1018", world: "#151c25", land: "#18212b", coast: "#3a4856", grid: "#141d28", gridText: "#4c5c6d",
    place: "#b4c0cc", seaName: "#4f7599", halo: "#0a1018", zone: "#b79bff", outline: "#05080c",
    track: "#62adff", gap: "#f5b74e", select: "#ffffff", name: "#93a3b4",
    3: "#ff7a70", 2: "#f5b74e", 1: "#74b6f5", 9: "#ff4d42", badge: "#10161e",
    fishing: "#57c7a5", tug: "#b6a06a", service: "#9aa7ff", pleasure: "#c58fc9", fast: "#5ad0e6", passenger: "#5aa2ff",
    cargo: "#7e97b3", tanker: "#d08a6a", other: "#5f7186",
    reach50: "#f4e15c", reach80: "#2fa392", reach95: "#5562c4", // lightness falls: told apart without hue too
  },
  light: {
    sea: "#dfe8f0", world: "#f1efe9", land: "#f7f5f0", coast: "#8e9aa5", grid: "#cfdae4", gridText: "#6d7f90",
    place: "#2c3947", seaName: "#35648f", halo: "#f4f7fa", zone: "#6a3fc4", outline: "#ffffff",
    track: "#0b62b8", gap: "#8a5500", select: "#10161e", name: "#3c4a58",
    3: "#b8211a", 2: "#8a5500", 1: "#0b62b8", 9: "#c41a10", badge: "#ffffff",
    fishing: "#0c7a58", tug: "#7a6420", service: "#4a51c9", pleasure: "#8a3f90", fast: "#087a90", passenger: "#1a56b0",
    cargo: "#4a6079", tanker: "#9c4a22", other: "#6f7f8e",
    reach50: "#45126b", reach80: "#1f8f86", reach95: "#8fa6e0",
  },
};

export const palette = () => PALETTES[theme()];

export function rgb(hex) {
  const n = parseInt(hex.slice(1), 16);
  return [n >> 16, (n >> 8) & 255, n & 255];
}

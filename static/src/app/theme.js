// Loaded before anything is painted, so that the stored theme never flashes in late, and no room is kept
// for pictures where scripts are off.
document.documentElement.dataset.scripts = "";
try {
  const theme = localStorage.getItem("desirepath-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is switched off: the system's theme it is.
}

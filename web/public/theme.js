// Before the first paint: the theme that was chosen here, if one was. Kept apart from the application, because inline scripts are not allowed.
try {
  const theme = localStorage.getItem('qr.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is forbidden: the system's theme it is.
  delete document.documentElement.dataset.theme;
}

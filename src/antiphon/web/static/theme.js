// Before anything is drawn: the theme that was chosen last, and the pane that is shown.
{
  const theme = localStorage.getItem("antiphon.theme");
  if (theme) document.documentElement.dataset.theme = theme;
  document.documentElement.dataset.pane = location.hash === "#jam" ? "jam" : "notes";
}

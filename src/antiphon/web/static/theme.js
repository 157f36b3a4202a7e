// Before anything is drawn: the theme and the language that were chosen last.
{
  const theme = localStorage.getItem("antiphon.theme");
  if (theme) document.documentElement.dataset.theme = theme;
  document.documentElement.dataset.pane = "notes";
}

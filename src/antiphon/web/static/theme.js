// Before anything is drawn: the theme that was chosen last, and the pane that a narrow screen shows.
{
  const theme = localStorage.getItem("antiphon.theme");
  if (theme) document.documentElement.dataset.theme = theme;
  document.documentElement.dataset.pane = "notes";
}

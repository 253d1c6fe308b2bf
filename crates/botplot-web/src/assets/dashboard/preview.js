// Opens the widget of a preview, unless the window is so small that it would fill all of it.
if (innerWidth > 480) (window.BotPlot ||= []).push(["open"]);

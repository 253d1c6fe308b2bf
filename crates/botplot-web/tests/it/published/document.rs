//! Finds commands and examples in the text of the published documentation, whose code blocks have lost their fences:
//! each ends with its language glued to it.

/// The documentation.
pub(crate) const TEXT: &str = include_str!("documentation.txt");

/// Every `curl` command, as it stands there.
pub(crate) fn commands() -> Vec<&'static str> {
    let starts = TEXT.match_indices("curl ").map(|(at, _)| &TEXT[at..]);
    let starts = starts.filter(|rest| rest.starts_with("curl https://") || rest.starts_with("curl -X "));
    // The language stands right behind the last quotation mark.
    let end = |rest: &str| ["\"curl", "'curl"].iter().filter_map(|end| rest.find(end)).min();
    starts.map(|rest| &rest[..=end(rest).expect("a command ends")]).collect()
}

/// Every example in JSON, in order.
pub(crate) fn examples() -> Vec<serde_json::Value> {
    let blocks = TEXT.split("\n}json").filter_map(|block| Some(block.split_once("\n{\n")?.1));
    blocks.map(|body| serde_json::from_str(&format!("{{{body}}}")).expect("an example is JSON")).collect()
}

/// The example of a page that embeds the widget.
pub(crate) fn page() -> &'static str {
    let start = TEXT.find("<!-- Add before").expect("the example is there");
    let end = TEXT[start..].find("</script>").expect("it ends") + "</script>".len();
    &TEXT[start..start + end]
}

/// The words of the table of events.
pub(crate) fn events() -> Vec<&'static str> {
    let (_, rest) = TEXT.split_once("| Event | Description |").expect("the table is there");
    let rows = rest.lines().skip(2).map_while(|line| line.split_once(" | "));
    rows.map(|(event, _)| event.trim_matches(['|', ' '])).collect()
}

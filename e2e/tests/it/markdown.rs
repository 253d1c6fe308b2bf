//! What an answer's Markdown becomes: a tree of elements, the same however the stream was cut, in time that grows with its length.

use botplot_e2e::Page;
use serde_json::{Value, json};

use crate::scripted::Scripted;

/// Text and the tree that it becomes, written as HTML without what every link has.
const TREES: &[(&str, &str)] = &[
    (
        "One **bold** and *leaning*,\nand `code`.",
        "<p>One <strong>bold</strong> and <em>leaning</em>,<br>and <code>code</code>.</p>",
    ),
    ("One\n\nTwo\r\n\r\nThree", "<p>One</p><p>Two</p><p>Three</p>"),
    (
        "<b>no</b> &amp; <script>x</script>",
        "<p>&lt;b&gt;no&lt;/b&gt; &amp;amp; &lt;script&gt;x&lt;/script&gt;</p>",
    ),
    // Emphasis
    (
        "***both*** **b *i*** *i **b*** __b__ _i_",
        "<p><strong><em>both</em></strong> <strong>b <em>i</em></strong> <em>i <strong>b</strong></em> <strong>b</strong> <em>i</em></p>",
    ),
    ("2*3*4 and snake_case_name and a * b * c", "<p>2*3*4 and snake_case_name and a * b * c</p>"),
    ("这是**重点：**内容", "<p>这是<strong>重点：</strong>内容</p>"),
    ("Free* for all.\n\n*Terms apply.", "<p>Free* for all.</p><p>*Terms apply.</p>"),
    ("f**** off and \\*not\\* \\_so\\_", "<p>f**** off and *not* _so_</p>"),
    ("*a **b* c**", "<p><em>a **b</em> c**</p>"),
    // Code
    (
        "``a`b`` and `**x** [y](https://e.com) <i>`",
        "<p><code>a`b</code> and <code>**x** [y](https://e.com) &lt;i&gt;</code></p>",
    ),
    (
        "```js\nlet a = \"<b>\";\n  **b**\n\n- c\n```\nafter",
        "<pre><code>let a = \"&lt;b&gt;\";\n  **b**\n\n- c</code></pre><p>after</p>",
    ),
    ("````\n```\n````", "<pre><code>```</code></pre>"),
    ("```npm i``` now", "<p><code>npm i</code> now</p>"),
    // Lists
    (
        "Do:\n1. one\n2. two\n   - sub\n   - sub\n3. three",
        "<p>Do:</p><ol start=\"1\"><li>one</li><li>two<ul><li>sub</li><li>sub</li></ul></li><li>three</li></ol>",
    ),
    ("1. one\n  - sub\n2. two", "<ol start=\"1\"><li>one<ul><li>sub</li></ul></li><li>two</li></ol>"),
    ("* a\n+ b\n\n- c\n\n  more\n\nend", "<ul><li>a</li><li>b</li><li>c<p>more</p></li></ul><p>end</p>"),
    ("1. a\n\ntext\n\n2. b", "<ol start=\"1\"><li>a</li></ol><p>text</p><ol start=\"2\"><li>b</li></ol>"),
    (
        "1. a\n   ```sh\n   b\n     c\n   ```\n2. d",
        "<ol start=\"1\"><li>a<pre><code>b\n  c</code></pre></li><li>d</li></ol>",
    ),
    ("- a\n1. b", "<ul><li>a</li></ul><ol start=\"1\"><li>b</li></ol>"),
    ("3.14 is no list\n-nor this", "<p>3.14 is no list<br>-nor this</p>"),
    // Headings, rules, quotes
    (
        "## Head **x**\ntext\n\n#no head",
        "<p><strong>Head <strong>x</strong></strong></p><p>text</p><p>#no head</p>",
    ),
    ("a\n\n---\n* * *\nb", "<p>a</p><hr><hr><p>b</p>"),
    (
        "> a\n> - b\n>> c\n\nd",
        "<blockquote><p>a</p><ul><li>b</li></ul><blockquote><p>c</p></blockquote></blockquote><p>d</p>",
    ),
    // Tables
    (
        "| A | B |\n|---|:-:|\n| 1 | **2** |\n| a\\|b | |\n\nend",
        "<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td><strong>2</strong></td></tr><tr><td>a|b</td><td></td></tr></table><p>end</p>",
    ),
    (
        "A | B\n--- | ---\n1<br>2 | 3",
        "<table><tr><th>A</th><th>B</th></tr><tr><td>1<br>2</td><td>3</td></tr></table>",
    ),
    ("this | that\nis no table", "<p>this | that<br>is no table</p>"),
    // Links
    (
        "[a](https://e.com/x_(y)) [b](<https://e.com/> \"t\") [see [1]](https://e.com)",
        "<p><a href=\"https://e.com/x_(y)\">a</a> <a href=\"https://e.com/\">b</a> <a href=\"https://e.com/\">see [1]</a></p>",
    ),
    (
        "[m](mailto:a@e.com) [t](tel:+4930)",
        "<p><a href=\"mailto:a@e.com\">m</a> <a href=\"tel:+4930\">t</a></p>",
    ),
    (
        "[a](javascript:alert(1)) [b](data:text/html,x) [c](/d) [e](//f.g) [h](vbscript:i)",
        "<p>[a](javascript:alert(1)) [b](data:text/html,x) [c](/d) [e](//f.g) [h](vbscript:i)</p>",
    ),
    (
        "See https://e.com/a_b_c. And (https://e.com/x), **https://e.com** or https://e.com/A_(b)",
        "<p>See <a href=\"https://e.com/a_b_c\">https://e.com/a_b_c</a>. And (<a href=\"https://e.com/x\">https://e.com/x</a>), <strong><a href=\"https://e.com/\">https://e.com</a></strong> or <a href=\"https://e.com/A_(b)\">https://e.com/A_(b)</a></p>",
    ),
    (
        "![cat](https://e.com/c.png) [![dog](https://e.com/d.png)](https://e.com) [](https://e.com)",
        "<p><a href=\"https://e.com/c.png\">cat</a> <a href=\"https://e.com/\">dog</a> <a href=\"https://e.com/\">https://e.com/</a></p>",
    ),
    (
        "[**b** `c`](https://e.com) [1] [ref][1] a[0](x)",
        "<p><a href=\"https://e.com/\"><strong>b</strong> <code>c</code></a> [1] [ref][1] a[0](x)</p>",
    ),
    // What is not finished yet
    ("an **open", "<p>an <strong>open</strong></p>"),
    ("**a\n\nb", "<p>**a</p><p>b</p>"),
    ("run `npm", "<p>run <code>npm</code></p>"),
    ("a [link](https://e.co", "<p>a link</p>"),
    ("```sh\nnpm", "<pre><code>npm</code></pre>"),
    ("| A | B", "<table><tr><th>A</th><th>B</th></tr></table>"),
];

/// The text of the last answer's tree, without what every link has.
const TREE: &str = "all('.message.bot .text').at(-1).innerHTML.replaceAll(' target=\"_blank\" rel=\"noopener\"', '').replaceAll(' class=\"\"', '').replaceAll(' tabindex=\"0\"', '')";

#[tokio::test]
async fn an_answer_is_the_tree_that_it_means_however_it_was_cut() {
    let scripted = Scripted::start().await;
    let page = scripted.chat("").await;
    for (text, tree) in TREES {
        let letters: Vec<String> = text.chars().map(String::from).collect();
        for (tokens, bytes) in [(json!([text]), 1e9), (json!(letters), 7.0)] {
            page.js(&format!("Object.assign(scripted, {{ tokens: {tokens}, bytes: {bytes} }})")).await;
            assert_eq!(page.js("scripted.ask('?')").await, "", "{text}");
            assert_eq!(page.js(TREE).await, *tree, "{text}");
        }
    }
    page.is_accessible().await;
}

/// What a naive parser takes for ever for.
const HARD: &[&str] = &[
    "[",
    "*",
    "_",
    "`",
    "` ``",
    "[a](",
    "[](",
    "![[",
    "(",
    "> ",
    "- ",
    "1. ",
    "  - a\n",
    "|",
    "|-\n",
    "\\",
    "http://",
    "https://a(",
    "<br>",
    "**a ",
    "*a ",
    "a*b_c",
    "**a*b_",
    "***",
    "[[a](",
    "[x](http://a.b/(",
    "```\n",
    "a\n",
    "* ",
    "*     ",
    "http://a.b,,",
    "# ",
    "[a] ",
    "~",
    " ",
    "😀",
];

/// How often a text is shown before it counts as slow.
const TRIES: usize = 6;

#[tokio::test]
async fn a_text_made_to_be_slow_is_not() {
    let scripted = Scripted::start().await;
    let page = scripted.chat("").await;
    for part in HARD {
        let short = took(&page, part, 2_500).await;
        // Eight times the text is eight times the work; a step for each pair of characters would be 64 times.
        let bound = 25.0 * short.max(20.0);
        let mut long = f64::INFINITY;
        // What is slow by itself is slow each time; what only waited for a busy machine is not.
        for _ in 0..TRIES {
            long = long.min(took(&page, part, 20_000).await);
            if long < bound {
                break;
            }
        }
        assert!(long < bound, "{part:?} took {short} ms, and {long} ms for eight times as much");
    }
}

/// Milliseconds until an answer of so many characters, all of them `part`, stands there.
async fn took(page: &Page, part: &str, length: usize) -> f64 {
    let text = format!("{}x", part.repeat(length / part.len()));
    page.js(&format!("Object.assign(scripted, {{ tokens: [{}] }})", Value::from(text))).await;
    let took = page.js("(async () => { const start = performance.now(); await scripted.ask('?'); return performance.now() - start; })()").await;
    page.js("all('.message').forEach((one) => one.remove())").await;
    took.as_f64().unwrap_or(f64::INFINITY)
}

//! The website of somebody who sets BotPlot up: a nursery's, with the questions that its customers ask.

use std::time::Duration;

use botplot_e2e::{Host, Html};

/// Path, title and body of each page.
const PAGES: [(&str, &str, &str); 6] = [
    (
        "/",
        "Fern & Field",
        "<h1>Fern &amp; Field, the nursery at Marsh Lane</h1><p>We grow ferns, grasses and perennials outdoors, without peat, \
         and send them all over the country. Our plants are two years old when they leave us, and they have seen a winter.</p>",
    ),
    (
        "/delivery",
        "Delivery",
        "<h1>Delivery</h1><h2>When will my plants arrive?</h2><p>Plants leave the nursery on Mondays and Wednesdays and arrive \
         within two working days, packed in straw and cardboard. We do not send anything during frost; your order waits then, and \
         we write to you with a new date.</p><h2>What does delivery cost?</h2><p>Delivery costs 6.90 euros for up to twelve plants. \
         Orders over 80 euros are delivered free of charge.</p>",
    ),
    (
        "/returns",
        "Returns",
        "<h1>Returns</h1><h2>What if a plant does not survive?</h2><p>Every plant carries a growing guarantee of 60 days. Send us a \
         photograph of the plant that failed and we replace it with the next parcel, or pay its price back, as you like.</p>",
    ),
    (
        "/care",
        "Care of ferns",
        "<h1>Care of ferns</h1><h2>How much water does a fern need?</h2><p>Water new ferns twice a week during their first summer, \
         in the evening, at the foot of the plant. After the first winter rain is enough in most gardens.</p>\
         <h2>How to plant a fern</h2><p>Dig a hole twice as wide as the pot, mix the soil with leaf mould and set the crown level \
         with the ground.</p>",
    ),
    (
        "/visit",
        "Visit us",
        "<h1>Visit us</h1><h2>Opening hours</h2><p>The nursery is open from March to October, Tuesday to Saturday from 9 to 5. Dogs \
         are welcome on a lead, and the tea room bakes its own scones.</p>",
    ),
    (
        "/gifts",
        "Gift vouchers",
        "<h1>Gift vouchers</h1><p>A voucher can be ordered for any amount from 20 euros. It comes as a printed card with a pressed \
         fern frond, and it is valid for three years.</p>",
    ),
];

/// Puts the pages on a website that takes its time, as they do; `head` stands in the head of each.
pub(super) fn put(host: &Host, head: &str) {
    let link = |title: &str, path: &str| format!("<a href=\"{path}\">{}</a>", title.replace('&', "&amp;"));
    let links: Vec<String> = PAGES.iter().map(|(path, title, _)| link(title, path)).collect();
    let links = links.join(" ");
    for (path, title, body) in PAGES {
        let body =
            format!("<nav>{links}</nav><main>{body}</main><footer>Fern &amp; Field, Marsh Lane 4</footer>");
        host.put(path, &Html::with(head).titled(&title.replace('&', "&amp;")).body(&body));
    }
    host.take_time(Duration::from_millis(120));
}

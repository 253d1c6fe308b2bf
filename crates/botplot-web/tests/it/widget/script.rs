//! `GET /widget/w.js`, `GET /widget/more.js` and `GET /widget/botplot.d.ts`.

use botplot_testkit::app::{Reply, TestApp};
use http::Method;

const FILES: [(&str, &str, &str); 3] = [
    ("/widget/w.js", "text/javascript; charset=utf-8", include_str!("../../../../../widget/dist/w.js")),
    ("/widget/more.js", "text/javascript; charset=utf-8", include_str!("../../../../../widget/dist/more.js")),
    ("/widget/botplot.d.ts", "text/plain; charset=utf-8", include_str!("../../../../../widget/botplot.d.ts")),
];

fn vary(reply: &Reply) -> Vec<&str> {
    reply.headers.get_all("vary").iter().map(|value| value.to_str().unwrap()).collect()
}

#[tokio::test]
async fn any_page_may_load_the_widget_and_keep_it_for_a_while() {
    let app = TestApp::start().await;
    for (path, media, file) in FILES {
        let page = app.stranger().with("origin", "https://shop.example");
        for reply in [app.stranger().get(path).await.is(200), page.get(path).await.is(200)] {
            assert_eq!(reply.text(), file, "{path}");
            assert_eq!(reply.header("content-type"), Some(media));
            let caching = "public, max-age=300, stale-while-revalidate=86400";
            assert_eq!(reply.header("cache-control"), Some(caching));
            assert_eq!(reply.header("cross-origin-resource-policy"), Some("cross-origin"));
            assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
            assert_eq!(reply.header("access-control-allow-credentials"), None);
            assert_eq!(reply.header("set-cookie"), None);
            assert_eq!(vary(&reply), ["Accept-Encoding", "Origin"]);
        }
        let reply = page.get(path).await.is(200);
        assert_eq!(reply.header("access-control-allow-origin"), Some("https://shop.example"));
        let head = app.stranger().send(Method::HEAD, path, "").await.whole().await.is(200);
        assert!(head.body.is_empty());
        assert_eq!(head.header("content-length"), Some(file.len().to_string().as_str()));
        app.stranger().send(Method::POST, path, "").await.whole().await.refuses(405, "method_not_allowed");
    }
}

#[tokio::test]
async fn it_is_packed_for_whoever_takes_it_so_and_sent_once() {
    let app = TestApp::start().await;
    for (path, _, file) in FILES {
        let packed = app.stranger().with("accept-encoding", "gzip, deflate, br").get(path).await.is(200);
        assert_eq!(packed.header("content-encoding"), Some("gzip"));
        assert_eq!(packed.body[..2], [0x1f, 0x8b]);
        assert!(packed.body.len() < file.len() * 2 / 3, "{path}: {} of {}", packed.body.len(), file.len());
        let tag = packed.header("etag").unwrap();
        for encoding in ["gzip", "identity"] {
            let asking = app.stranger().with("accept-encoding", encoding).with("if-none-match", tag);
            let again = asking.get(path).await.is(304);
            assert!(again.body.is_empty() && again.header("content-encoding").is_none());
            assert_eq!(again.header("etag"), Some(tag));
            assert_eq!(again.header("cross-origin-resource-policy"), Some("cross-origin"));
        }
        app.stranger().with("if-none-match", "W/\"0\"").get(path).await.is(200);
        let plain = app.stranger().with("accept-encoding", "gzip;q=0").get(path).await.is(200);
        assert_eq!((plain.header("content-encoding"), plain.text()), (None, file));
    }
}

//! Asking a service that the operator configured: what is sent, and which answers count.

use std::sync::mpsc;
use std::time::Duration;

use botplot_egress::{Client, Config, Error, GetLimits, HeaderMap, HeaderValue, Response};
use url::Url;

use crate::server::{Server, say};

async fn call(url: &Url, form: Option<&str>) -> Result<Response, Error> {
    let headers =
        HeaderMap::from_iter([("authorization".parse().unwrap(), HeaderValue::from_static("Basic x"))]);
    let limits = GetLimits { max_bytes: 1024, timeout: Duration::from_secs(5), validators: None };
    Client::new(&Config::default()).unwrap().call(url, headers, form.map(str::to_owned), &limits).await
}

#[tokio::test]
async fn a_form_and_its_headers_reach_an_address_of_this_machine() {
    let (sent, seen) = mpsc::channel();
    let site = Server::start("127.0.0.1", move |request, stream| {
        sent.send((request.path.clone(), request.headers.clone())).unwrap();
        say(stream, "200 OK", "", b"{}");
    });
    let answer = call(&site.url("/token"), Some("code=1&x=2")).await.unwrap();
    assert_eq!((answer.status, &answer.body[..]), (200, b"{}".as_slice()));
    let (path, headers) = seen.recv().unwrap();
    assert_eq!(path, "/token");
    for header in
        ["authorization: basic x", "content-type: application/x-www-form-urlencoded", "content-length: 10"]
    {
        assert!(headers.iter().any(|sent| sent == header), "{header} is not in {headers:?}");
    }
    call(&site.url("/me"), None).await.unwrap();
    let (_, headers) = seen.recv().unwrap();
    assert!(headers.iter().all(|sent| !sent.starts_with("content-")), "{headers:?}");
}

#[tokio::test]
async fn redirects_errors_and_large_answers_are_refused() {
    let trap = Server::canary("127.0.0.1");
    let location = format!("Location: {}\r\n", trap.url("/"));
    let site = Server::start("127.0.0.1", move |request, stream| match request.path.as_str() {
        "/elsewhere" => say(stream, "307 Elsewhere", &location, b""),
        "/wrong" => say(stream, "400 Bad Request", "", b"{}"),
        _ => say(stream, "200 OK", "", &[b' '; 1025]),
    });
    assert_eq!(call(&site.url("/elsewhere"), Some("a=b")).await.unwrap_err().status(), Some(307));
    assert_eq!(trap.connections(), 0, "credentials went elsewhere");
    assert_eq!(call(&site.url("/wrong"), None).await.unwrap_err().status(), Some(400));
    assert!(matches!(call(&site.url("/large"), None).await, Err(Error::TooBig { .. })));
}

//! Promises about the installation's own values.

use crate::rig::Rig;

pub(crate) async fn the_first_value_of_a_name_stays(rig: Rig) {
    let set = |value: &'static str| {
        rig.write(move |tx| Box::pin(async move { tx.meta_or_insert("secret", value).await }))
    };
    assert_eq!(rig.read().meta("secret").await.unwrap(), None);
    assert_eq!(set("a").await, "a");
    assert_eq!(set("b").await, "a");
    assert_eq!(rig.read().meta("secret").await.unwrap().as_deref(), Some("a"));
    rig.read().ping().await.unwrap();
}

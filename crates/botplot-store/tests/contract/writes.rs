//! Promises about writes: all or nothing, whoever else writes, whatever becomes of the caller.

use std::sync::Arc;

use botplot_core::project::{Project, Settings};
use botplot_core::{ProjectId, Timestamp};
use botplot_store::Error;
use futures_util::FutureExt as _;
use tokio::sync::Notify;

use crate::rig::{NOW, Rig};

fn project(rig: &Rig, name: &str) -> Project {
    Project {
        id: ProjectId(rig.id()),
        name: name.into(),
        plan: botplot_core::plan::Plan::Business,
        settings: Settings::default(),
        factor_required: false,
        index_version: 0,
        created_at: NOW,
    }
}

async fn names(rig: &Rig) -> Vec<String> {
    let mut names: Vec<_> = rig.read().list_projects().await.unwrap().into_iter().map(|p| p.name).collect();
    names.sort_unstable();
    names
}

pub(crate) async fn a_failed_write_leaves_nothing_behind(rig: Rig) {
    let new = project(&rig, "half");
    let failed: Result<(), Error> = rig
        .store
        .write(move |tx| {
            Box::pin(async move {
                tx.add_project(&new).await?;
                Err(Error::Unusable("the use case changed its mind".into()))
            })
        })
        .await;
    assert!(matches!(failed, Err(Error::Unusable(_))));
    assert_eq!(names(&rig).await, ["one"]);
}

pub(crate) async fn one_bad_write_among_many_fails_alone(rig: Rig) {
    let writes = (0..50).map(|n| {
        // Every tenth takes a name that is taken, after it has written something.
        let (new, taken) = (project(&rig, &format!("p{n:02}")), project(&rig, "one"));
        rig.store.write(move |tx| {
            Box::pin(async move {
                tx.add_project(&new).await?;
                if n % 10 == 3 { tx.add_project(&taken).await } else { Ok(()) }
            })
        })
    });
    let results = futures_util::future::join_all(writes).await;
    for (n, result) in results.iter().enumerate() {
        assert_eq!(result.is_err(), n % 10 == 3, "{n}: {result:?}");
    }
    let expected: Vec<_> = (0..50).filter(|n| n % 10 != 3).map(|n| format!("p{n:02}")).collect();
    assert_eq!(names(&rig).await, [&["one".to_owned()], &expected[..]].concat());
}

pub(crate) async fn a_panic_in_a_write_undoes_it_and_the_next_one_runs(rig: Rig) {
    let (new, next) = (project(&rig, "half"), project(&rig, "next"));
    let panicked: Result<(), Error> = rig
        .store
        .write(move |tx| {
            Box::pin(async move {
                tx.add_project(&new).await?;
                panic!("planted");
            })
        })
        .await;
    assert!(matches!(panicked, Err(Error::Broken(_))), "{panicked:?}");
    rig.write(move |tx| Box::pin(async move { tx.add_project(&next).await })).await;
    assert_eq!(names(&rig).await, ["next", "one"]);
}

pub(crate) async fn a_write_that_goes_on_after_a_failed_statement_is_undone(rig: Rig) {
    let (new, taken) = (project(&rig, "new"), project(&rig, "one"));
    let result = rig
        .store
        .write(move |tx| {
            Box::pin(async move {
                tx.add_project(&new).await?;
                let _ = tx.add_project(&taken).await;
                Ok::<_, Error>(())
            })
        })
        .await;
    assert!(result.is_err(), "it was told to be kept");
    assert_eq!(names(&rig).await, ["one"]);
}

pub(crate) async fn a_caller_that_leaves_does_not_stop_its_write(rig: Rig) {
    let (begun, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (tell, wait, new) = (begun.clone(), go.clone(), project(&rig, "left"));
    let write = rig.store.write(move |tx| {
        Box::pin(async move {
            tell.notify_one();
            wait.notified().await;
            tx.add_project(&new).await
        })
    });
    begun.notified().await;
    drop(write);
    // One that is given up before it was ever awaited is under way as well.
    let never = project(&rig, "never awaited");
    drop(rig.store.write(move |tx| Box::pin(async move { tx.add_project(&never).await })));
    go.notify_one();
    rig.store.close().await;
    let again = rig.reopen().await;
    let mut kept: Vec<_> =
        again.reader().list_projects().await.unwrap().into_iter().map(|p| p.name).collect();
    kept.sort_unstable();
    assert_eq!(kept, ["left", "never awaited", "one"]);
    again.close().await;
}

pub(crate) async fn nothing_is_told_before_it_is_committed(rig: Rig) {
    let (begun, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (tell, wait, new) = (begun.clone(), go.clone(), project(&rig, "slow"));
    let mut write = Box::pin(rig.store.write(move |tx| {
        Box::pin(async move {
            tx.add_project(&new).await?;
            tell.notify_one();
            wait.notified().await;
            Ok::<_, Error>(())
        })
    }));
    begun.notified().await;
    assert!((&mut write).now_or_never().is_none());
    assert_eq!(names(&rig).await, ["one"], "a reader saw what was not committed");
    go.notify_one();
    write.await.unwrap();
    assert_eq!(names(&rig).await, ["one", "slow"]);
}

pub(crate) async fn a_closed_store_refuses_writes_and_reads(rig: Rig) {
    rig.store.close().await;
    rig.store.close().await;
    let new = project(&rig, "late");
    let late = rig.store.write(move |tx| Box::pin(async move { tx.add_project(&new).await })).await;
    assert!(matches!(&late, Err(Error::Unusable(why)) if why.contains("closed")), "{late:?}");
    assert!(matches!(rig.read().ping().await, Err(Error::Unusable(_))));
}

pub(crate) async fn errors_of_a_use_case_come_back_as_they_are(rig: Rig) {
    #[derive(Debug)]
    enum Refused {
        Quota(Timestamp),
        Store(Error),
    }
    impl From<Error> for Refused {
        fn from(error: Error) -> Self {
            Self::Store(error)
        }
    }
    let refused: Result<(), _> = rig.store.write(|_| Box::pin(async { Err(Refused::Quota(NOW)) })).await;
    assert!(matches!(refused, Err(Refused::Quota(NOW))));
    let taken = project(&rig, "one");
    let refused: Result<(), _> =
        rig.store.write(move |tx| Box::pin(async move { Ok(tx.add_project(&taken).await?) })).await;
    assert!(matches!(refused, Err(Refused::Store(Error::Unique("projects.name")))), "{refused:?}");
}

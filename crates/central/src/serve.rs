//! The central as a server: its listener, what it lets a connection do, and how it ends.

use std::future::Future;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt as _;

use crate::Central;
use crate::api::{blocking, healthz, readyz};
use crate::db::Trouble;
use crate::metrics::{METRICS_MEDIA_TYPE, Sizes};
use crate::problem::Refusal;

/// Request line and headers together; above it the connection is told 431 and closed.
const HEAD_BYTES: usize = 64 << 10;
/// Who says nothing for so long after connecting, or between two requests, is let go.
const HEAD_TIME: Duration = Duration::from_secs(60);
/// Requests under way have so long to end once the central is asked to.
const DRAIN: Duration = Duration::from_secs(30);
/// After the system refused a connection (too many files open).
const BREATH: Duration = Duration::from_millis(200);

/// How to serve.
#[derive(Debug, Default)]
pub struct Serving {
    /// Metrics, and health once more, for those inside only.
    pub metrics: Option<TcpListener>,
    /// A proxy of ours stands before the central: the last address in `X-Forwarded-For` is who asks. Without one that header
    /// is nobody's word.
    pub behind_proxy: bool,
}

/// Who is at the other end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer {
    address: IpAddr,
    proxy: bool,
}

impl Peer {
    pub(crate) fn asks(self, headers: &HeaderMap) -> IpAddr {
        let forwarded = || {
            let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
            last.rsplit(',').next()?.trim().parse().ok()
        };
        if self.proxy { forwarded().unwrap_or(self.address) } else { self.address }
    }
}

impl Central {
    /// Serves until `stop` is done, then takes no more connections, finishes what is under way and leaves the database's
    /// write-ahead log empty.
    ///
    /// # Errors
    /// What the listener or the database says.
    pub async fn serve(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<()> {
        self.serve_as(listener, Serving::default(), stop).await
    }

    /// The same with more said.
    ///
    /// # Errors
    /// As [`Central::serve`].
    pub async fn serve_as(
        self,
        listener: TcpListener,
        serving: Serving,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<()> {
        let (api, connections) = (self.router(), GracefulShutdown::new());
        let inside = serving.metrics.map(|listener| {
            let inside = inside(self.clone());
            tokio::spawn(async move { axum::serve(listener, inside).await })
        });
        let mut stop = pin!(stop);
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, address)) => {
                        let peer = Peer { address: address.ip(), proxy: serving.behind_proxy };
                        connect(&api, stream, peer, &connections);
                    }
                    Err(error) => {
                        tracing::warn!(%error, "a connection was not taken");
                        tokio::time::sleep(BREATH).await;
                    }
                },
                () = &mut stop => break,
            }
        }
        drop(listener);
        self.0.stopping.store(true, Ordering::Relaxed);
        tracing::info!("stopping: no more connections are taken");
        if tokio::time::timeout(DRAIN, connections.shutdown()).await.is_err() {
            tracing::warn!("requests were still under way after {} s and are cut off", DRAIN.as_secs());
        }
        if let Some(inside) = inside {
            inside.abort();
        }
        let central = self.clone();
        blocking(move || Ok(central.0.db.settle()?)).await.map_err(|_| std::io::Error::other("checkpoint"))?;
        tracing::info!("stopped");
        Ok(())
    }
}

fn connect(api: &Router, stream: TcpStream, peer: Peer, connections: &GracefulShutdown) {
    let service = api.clone().map_request(move |request: Request<_>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(peer);
        request
    });
    let mut server = Builder::new(TokioExecutor::new());
    server.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIME).max_buf_size(HEAD_BYTES);
    server.http2().timer(TokioTimer::new()).max_header_list_size(HEAD_BYTES as u32).keep_alive_interval(HEAD_TIME);
    let connection = server.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service)).into_owned();
    let connection = connections.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection broke");
        }
    });
}

/// What only those inside see.
fn inside(central: Central) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .fallback(async || Refusal::new(StatusCode::NOT_FOUND, "no_such_address", "No such address."))
        .with_state(central)
}

async fn metrics(State(central): State<Central>) -> Result<Response, Refusal> {
    let text = {
        let central = central.clone();
        blocking(move || {
            let sizes = central.0.db.with(|db| {
                let newest = db.query_row("SELECT coalesce(max(seq), 0) FROM event", (), |row| row.get(0))?;
                Ok(Sizes { events: newest, database_bytes: db.bytes()? })
            })?;
            Ok(central.0.metrics.text(&sizes).map_err(|e| Trouble::Stored(e.to_string()))?)
        })
        .await?
    };
    Ok(([(header::CONTENT_TYPE, METRICS_MEDIA_TYPE)], text).into_response())
}

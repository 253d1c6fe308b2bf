//! Settings: looks, model, handoff, forms, origins, keys, webhooks, plan and the project's end.

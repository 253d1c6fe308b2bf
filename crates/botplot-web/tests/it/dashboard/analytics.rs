//! Analytics: what visitors ask and what becomes of it, in figures.

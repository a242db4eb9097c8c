"""Published sentences, tested over the plausible ranges; the answers are kept in a ledger."""

"""From a document to the draft of a plan: sent, read, its head checked."""

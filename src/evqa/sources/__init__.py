"""Where articles come from: web pages, documents, mail and JSON, from folders and the network."""

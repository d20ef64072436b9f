"""The knowledge base: articles in versions, written in rounds of the process ``knowledge_publishing``."""

package dev.medley.architecture.planted.runs;

import java.sql.Connection;

/** Planted: a database outside the module that prepares data. */
public record AsksADatabase(Connection database) {}

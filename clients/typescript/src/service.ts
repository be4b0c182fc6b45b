// A typed client of one audio-ident service; every type is made from its OpenAPI document.

import createClient, { type Client } from "openapi-fetch";

import type { components, paths } from "./schema.js";

export type Answer = components["schemas"]["SearchResponse"];
export type Similar = components["schemas"]["SimilarResponse"];
export type Import = components["schemas"]["ImportDocument"];
export type Problem = components["schemas"]["Problem"];

/** An error that the service told, with its stable code and what can be done. */
export class ServiceProblem extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(`${problem.code}: ${problem.detail}`);
    this.problem = problem;
  }
}

export class Service {
  readonly #client: Client<paths>;

  constructor(address: string, key?: string) {
    const headers = key === undefined ? {} : { Authorization: `Bearer ${key}` };
    this.#client = createClient<paths>({ baseUrl: address, headers });
  }

  /** Which recording a clip comes from, where in it, and how sure that is. */
  async identify(clip: Blob, name: string): Promise<Answer> {
    const { data, error } = await this.#client.POST("/api/v1/search", {
      // the generator has no type for files: the serialiser below sends the Blob itself
      body: { audio: name, mode: "exact", max_results: 10 },
      bodySerializer: ({ mode, max_results }) => {
        const form = new FormData();
        form.set("audio", clip, name);
        form.set("mode", mode ?? "exact");
        form.set("max_results", String(max_results));
        return form;
      },
    });
    return valueOf(data, error);
  }

  /** Which tracks sound like a track, how much so, and why. */
  async similar(trackId: string): Promise<Similar> {
    const { data, error } = await this.#client.GET("/api/v1/tracks/{track_id}/similar", {
      params: { path: { track_id: trackId } },
    });
    return valueOf(data, error) as Similar; // text comes only when a play list is asked for
  }

  /** Orders an import of a folder that the service may read. */
  async orderImport(folder: string): Promise<Import> {
    const { data, error } = await this.#client.POST("/api/v1/imports", {
      body: { folders: [folder] },
    });
    return valueOf(data, error);
  }

  /** The import as it is now; the same object as in its events. */
  async getImport(id: string): Promise<Import> {
    const { data, error } = await this.#client.GET("/api/v1/imports/{session_id}", {
      params: { path: { session_id: id } },
    });
    return valueOf(data, error);
  }

  /** The events of an import as they happen, until it has ended. */
  async *events(id: string): AsyncGenerator<{ event: string; data: unknown }> {
    const { data, error } = await this.#client.GET("/api/v1/imports/{session_id}/events", {
      params: { path: { session_id: id } },
      parseAs: "stream",
    });
    let text = "";
    for await (const chunk of valueOf(data, error).pipeThrough(new TextDecoderStream())) {
      const told = (text + chunk).split("\n\n");
      text = told.pop() ?? "";
      yield* told.map(parseEvent).filter((event) => event !== undefined);
    }
  }
}

function valueOf<T>(data: T | undefined, error: unknown): NonNullable<T> {
  if (data === undefined || data === null) throw new ServiceProblem(error as Problem);
  return data;
}

function parseEvent(block: string): { event: string; data: unknown } | undefined {
  const lines = block.split("\n");
  const field = (name: string): string[] =>
    lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2));
  const data = field("data").join("\n");
  return data === "" ? undefined : { event: field("event")[0] ?? "message", data: JSON.parse(data) };
}

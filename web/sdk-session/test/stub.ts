/** A small server that speaks the control API and WHEP on the loopback, and remembers what it was asked. */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Asked {
  method: string;
  path: string;
  authorization: string | undefined;
  type: string | undefined;
  body: string;
}

export interface Reply {
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
  /** Closes the connection instead of answering. */
  hangUp?: boolean;
  /** Answers when this is done. */
  after?: Promise<unknown>;
}

export const ANSWER_SDP = "v=0\r\ns=answer\r\n";
export const SESSION = { sessionId: "s_1", token: "jwt-1" };

export class Stub {
  readonly asked: Asked[] = [];
  origin = "";
  /** Replies for the next requests to an endpoint; when they are used up the good answer follows. */
  readonly next: Record<string, Reply[]> = {};
  turn: unknown = { url: "turn:127.0.0.1:3478?transport=udp", username: "1:s_1", credential: "c" };
  private readonly server = createServer((request, response) => this.serve(request, response));

  async start(): Promise<this> {
    await new Promise<void>((ready) => this.server.listen(0, "127.0.0.1", ready));
    this.origin = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return this;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((done) => this.server.close(() => done()));
  }

  get baseUrl(): string {
    return `${this.origin}/v1/avatar-session`;
  }

  /** What was asked of an endpoint, in order. */
  of(endpoint: string): Asked[] {
    return this.asked.filter(({ path }) => endpointOf(path) === endpoint);
  }

  texts(): { text: string; turnId: string; isFinal: boolean }[] {
    return this.of("say-text").map(({ body }) => JSON.parse(body));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const path = request.url ?? "";
    this.asked.push({
      method: request.method ?? "",
      path,
      authorization: request.headers.authorization,
      type: request.headers["content-type"],
      body: Buffer.concat(parts).toString("latin1"),
    });
    const endpoint = endpointOf(path);
    const reply = { ...this.good(endpoint), ...this.next[endpoint]?.shift() };
    await reply.after;
    if (reply.hangUp) return void request.socket.destroy();
    response.writeHead(reply.status ?? 200, reply.headers);
    response.end(typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body ?? ""));
  }

  private good(endpoint: string): Reply {
    if (endpoint === "create") return { body: { success: true, ...SESSION } };
    if (endpoint === "init-client") {
      return { body: { success: true, whepUrl: `${this.origin}/whep/s_1?key=k`, turn: this.turn } };
    }
    if (endpoint === "whep") return { status: 201, body: ANSWER_SDP, headers: { Location: "/resource/7" } };
    return { body: { success: true } };
  }
}

function endpointOf(path: string): string {
  const [place = ""] = path.split("?");
  return place.startsWith("/whep/") ? "whep" : (place.split("/").pop() ?? "");
}

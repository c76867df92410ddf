import { z } from 'zod';
import { STATUS_OF } from '../error-codes.js';
import { type HttpRoute } from './http-route.js';
import { HTTP_ROUTES } from './registry.js';

type Json = Record<string, unknown>;

const errorSchema: Json = {
  type: 'object',
  required: ['code', 'message'],
  properties: {
    code: { type: 'string' },
    message: { type: 'string' },
    details: { type: 'object' },
    errorId: { type: 'string' },
  },
};

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json;
  return rest;
}

function parameters(schema: z.ZodType, place: 'path' | 'query'): Json[] {
  const { properties = {}, required = [] } = jsonSchema(schema, 'input') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, value]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: value,
  }));
}

const MEDIA_TYPE_OF: Readonly<Record<HttpRoute['replyType'], string>> = {
  json: 'application/json',
  events: 'text/event-stream',
  bytes: 'application/octet-stream',
};

function operation(route: HttpRoute): Json {
  const body = jsonSchema(route.body, 'input');
  const hasBody = route.method === 'POST' && Object.keys(body['properties'] ?? {}).length > 0;
  const errors = [...new Set(Object.values(STATUS_OF))].sort((a, b) => a - b);
  return {
    summary: route.summary,
    'x-cairn-policy': route.policy,
    ...(route.policy === 'public' ? {} : { security: [{ bearer: [] }, { cookie: [] }] }),
    parameters: [...parameters(route.params, 'path'), ...parameters(route.query, 'query')],
    ...(hasBody
      ? { requestBody: { required: true, content: { 'application/json': { schema: body } } } }
      : {}),
    responses: {
      200: {
        description: 'Done.',
        content: {
          [MEDIA_TYPE_OF[route.replyType]]: { schema: jsonSchema(route.reply, 'output') },
        },
      },
      ...Object.fromEntries(
        errors.map((status) => [status, { $ref: '#/components/responses/error' }]),
      ),
    },
  };
}

/** The OpenAPI 3.1 document of the API, from the same schemas that the server checks with. */
export function openApiDocument(version: string): Json {
  const paths: Record<string, Json> = {};
  for (const route of HTTP_ROUTES) {
    const path = route.path.replace(/:([A-Za-z]+)/g, '{$1}');
    (paths[path] ??= {})[route.method.toLowerCase()] = operation(route);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Cairn summit', version },
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'cairn_session' },
      },
      responses: {
        error: {
          description: 'An error with a documented code.',
          content: { 'application/json': { schema: errorSchema } },
        },
      },
    },
  };
}

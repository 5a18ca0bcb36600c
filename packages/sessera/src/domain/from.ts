/** Who is at the door, as far as the connection tells. */
export interface From {
  readonly ip: string | null
  readonly userAgent: string | null
}

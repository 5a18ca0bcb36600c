/* A verifier elsewhere: it follows the issuer, which follows the store. Two leases, one behind the other.
 *
 * Claim: the verifier never admits later than T + MAX_STALENESS, its own limit, because it subtracts the age of what the
 * issuer knew.
 *
 * Revoker    the commit in the store
 * Issuer     a node (changes/follower.ts); it answers only under a lease of its own
 * Verifier   verifier/: asks the issuer for changes, confirms for when its request began, less the issuer's age
 *
 * runs:
 *   holds : as designed
 *   holds : NO_AGE BOUND=4 : without the age the bound is twice the limit
 *   fails : BOUND=1 : the bound is tight
 *   fails : NO_AGE : the issuer's age is not subtracted
 *   fails : NO_AGE BOUND=3 : and less than twice the limit does not hold either
 *   fails : CONFIRM_BY_HEARTBEAT : what arrives on an open connection counts from its arrival
 *   fails : ISSUER_WITHOUT_LEASE : the issuer answers whatever it knows, as if it were new
 * large: TICKS=16
 */
#ifndef TICKS
#define TICKS 8
#endif
#include "time.inc"

bool committed;

byte issuerConfirmedAt = NEVER;
bool issuerRevoked;

byte confirmedAt = NEVER;
bool revoked;

#ifdef ISSUER_WITHOUT_LEASE
#define ISSUER_ANSWERS (issuerConfirmedAt != NEVER)
#define ISSUER_AGE 0
#else
#define ISSUER_ANSWERS FRESH(issuerConfirmedAt)
#define ISSUER_AGE AGE(issuerConfirmedAt)
#endif

active proctype Revoker() {
  atomic { RUNNING -> committed = 1; T = now }
}

active proctype Issuer() {
  byte begunAt;
  bool seen;
  do
  :: OVER -> break
  :: RUNNING -> begunAt = now;
     seen = committed;
     atomic { issuerRevoked = issuerRevoked || seen; issuerConfirmedAt = begunAt; begunAt = 0; seen = 0 }
  od
}

active proctype Verifier() {
  byte begunAt;
  byte age;
  bool seen;
  do
  :: OVER -> break
#ifdef CONFIRM_BY_HEARTBEAT
  :: atomic { RUNNING && ISSUER_ANSWERS -> seen = issuerRevoked };
     atomic { revoked = revoked || seen; confirmedAt = now; seen = 0 }
#else
  :: RUNNING -> begunAt = now;
     atomic { ISSUER_ANSWERS -> seen = issuerRevoked; age = ISSUER_AGE };
     atomic {
       revoked = revoked || seen;
#ifdef NO_AGE
       age = 0;
#endif
       if
       :: begunAt >= age && (confirmedAt == NEVER || begunAt - age > confirmedAt) -> confirmedAt = begunAt - age
       :: else
       fi;
       begunAt = 0; age = 0; seen = 0
     }
#endif
  od
}

active proctype Request() {
  do
  :: atomic { RUNNING && FRESH(confirmedAt) && !revoked -> ADMIT }
  :: OVER -> break
  od
}

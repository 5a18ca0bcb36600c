/* The change feed, the lease, and the filling of remembered credentials: one session, one node, one SQL store.
 *
 * Claim: no request is admitted later than T + MAX_STALENESS, T being the commit of the revocation.
 *
 * Revoker, OtherWriter   the append at the end of a change's transaction (stores/sql: the counter row)
 * Follower               one reader of the feed (changes/follower.ts); READERS of them may overlap
 * Request                one after the other: recall, fill and authoritative read (kernel/authenticate.ts, credentials/remembered.ts)
 * Restart                the process dies and comes back knowing nothing
 *
 * runs:
 *   holds : as designed
 *   holds : RESTART : and the process restarts at any moment
 *   holds : READERS=2 MAX_STALENESS=1 TICKS=3 : and two reads of the feed overlap
 *   holds : NO_TOUCH_CHECK : the revocation set alone protects a fill from this kind of change
 *   holds : REPLICA_FILL : a fill from a lagging replica is caught by the revocation set, once the lease is read again
 *   fails : BOUND=1 : the bound is tight
 *   fails : NO_TOUCH_CHECK NO_SET_CHECK : a fill that a change has overtaken is kept
 *   fails : REPLICA_FILL NO_SET_CHECK : a lagging replica fills after the change was applied
 *   fails : REPLICA_READ : authoritative reads from a lagging replica
 *   fails : NO_READ_LIMIT : an answer is used however long ago its read began
 *   fails : CONFIRM_AT_END : a confirmation counts from the end of the read, not its beginning
 *   fails : NO_COUNTER_LOCK : numbers from a bare sequence become visible out of order
 *   fails : PUSH_ONLY : a push is trusted to arrive, an open connection to mean news
 *   fails : LEASE_BY_TIMER : the lease is a flag that a timer clears
 * large: TICKS=5 RESTART REQUESTS=2
 */
#include "time.inc"

#ifndef READERS
#define READERS 1
#endif
#ifndef REQUESTS
#define REQUESTS 1
#endif
#ifdef REPLICA_READ
#define REPLICA_FILL
#endif

/* The store. Feed entries have the numbers 1 and 2; either may be the revocation. */
bool alive = 1;
bool aliveOnReplica = 1;
bool visible[3];
bool isRevocation[3];
byte nextNumber = 1;
bool counterLocked;

/* The node. */
byte position;
byte confirmedAt = NEVER;
bool revoked;                   /* the session is in the revocation set */
bool remembered;
byte touchedAt;                 /* the position of the last change that touched the session */
byte life;                      /* which life of the process this is: an answer to an earlier one reaches nobody */

#ifdef LEASE_BY_TIMER
bool leaseFlag;
#define LEASE leaseFlag
#else
#define LEASE FRESH(confirmedAt)
#endif

#ifdef NO_TOUCH_CHECK
#define UNTOUCHED true
#else
#define UNTOUCHED (touchedAt <= positionBefore)
#endif
#ifdef NO_SET_CHECK
#define NOT_IN_SET true
#else
#define NOT_IN_SET (!revoked)
#endif
#ifdef NO_READ_LIMIT
#define READ_IN_TIME true
#else
#define READ_IN_TIME FRESH(begunAt)
#endif
#ifdef REPLICA_FILL
#define STORE_FOR_FILL aliveOnReplica
#define FILL_IN_TIME (READ_IN_TIME && LEASE)
#else
#define STORE_FOR_FILL alive
#define FILL_IN_TIME READ_IN_TIME
#endif
#ifdef REPLICA_READ
#define STORE_FOR_READ aliveOnReplica
#else
#define STORE_FOR_READ alive
#endif

inline takeNumber(number) {
#ifndef NO_COUNTER_LOCK
  atomic { !counterLocked -> counterLocked = 1 }
#endif
  atomic { number = nextNumber; nextNumber++ }
}

inline commit(number) {
  visible[number] = 1;
#ifndef NO_COUNTER_LOCK
  counterLocked = 0
#endif
}

active proctype Revoker() {
  byte number;
  takeNumber(number);
  atomic { isRevocation[number] = 1; alive = 0; T = now; commit(number) }
}

active proctype OtherWriter() {
  byte number;
  takeNumber(number);
  atomic { commit(number) }
}

#ifdef REPLICA_FILL
active proctype Replication() {
  do
  :: RUNNING -> aliveOnReplica = alive
  :: OVER -> break
  od
}
#endif

/* The whole effect of one entry is one synchronous step of the node. */
inline applyEntry(number) {
  if
  :: number > position -> position = number
  :: else
  fi;
  if
  :: isRevocation[number] -> revoked = 1; remembered = 0; touchedAt = number
  :: else
  fi
}

inline confirm(at) {
  if
  :: confirmedAt == NEVER || at > confirmedAt -> confirmedAt = at
  :: else
  fi
#ifdef LEASE_BY_TIMER
  ; leaseFlag = 1
#endif
}

#ifdef PUSH_ONLY
active proctype Follower() {
  do
  :: RUNNING ->
     atomic {
       confirmedAt = now;
       if
       :: visible[1] && position < 1 -> applyEntry(1)
       :: visible[2] && position < 2 -> applyEntry(2)
       :: skip                       /* the push was lost */
       fi
     }
  :: OVER -> break
  od
}
#else
active [READERS] proctype Follower() {
  byte begunAt;
  byte lifeBefore;
  bool first;
  bool second;
  do
  :: OVER -> break
  :: atomic { RUNNING -> begunAt = now; lifeBefore = life };
     d_step { first = visible[1] && position < 1; second = visible[2] && position < 2 };
     atomic {
       if
       :: lifeBefore == life ->
          if :: first -> applyEntry(1) :: else fi;
          if :: second -> applyEntry(2) :: else fi;
#ifdef CONFIRM_AT_END
          confirm(now)
#else
          confirm(begunAt)
#endif
       :: else
       fi;
       begunAt = 0; first = 0; second = 0; lifeBefore = 0
     }
  od
}
#endif

#ifdef LEASE_BY_TIMER
active proctype Timer() {
  do
  :: atomic { leaseFlag && !FRESH(confirmedAt) -> leaseFlag = 0 }
  :: OVER -> break
  od
}
#endif

#ifdef RESTART
active proctype Restart() {
  atomic {
    life = 1; position = 0; confirmedAt = NEVER; revoked = 0; remembered = 0; touchedAt = 0
  }
}
#endif

active [REQUESTS] proctype Request() {
  byte positionBefore;
  byte begunAt;
  byte lifeBefore;
  bool found;
  do
  :: OVER -> break

  /* Recall: one look-up, and the lease. */
  :: atomic { RUNNING && LEASE && remembered -> ADMIT }

  /* Fill. What is read too late for this request may still be kept: that depends on positions alone. */
  :: atomic { RUNNING && LEASE && !remembered -> positionBefore = position; begunAt = now; lifeBefore = life };
     found = STORE_FOR_FILL;
     atomic {
       if
       :: lifeBefore == life && found && UNTOUCHED && NOT_IN_SET ->
          remembered = 1;
          if :: FILL_IN_TIME -> ADMIT :: else fi
       :: else
       fi;
       positionBefore = 0; begunAt = 0; found = 0; lifeBefore = 0
     }

  /* Authoritative read: level `store`, or any level once the lease is lost. */
  :: atomic { RUNNING -> begunAt = now; lifeBefore = life };
     found = STORE_FOR_READ;
     atomic {
       if
       :: lifeBefore == life && found && READ_IN_TIME -> ADMIT
       :: else
       fi;
       begunAt = 0; found = 0; lifeBefore = 0
     }
  od
}

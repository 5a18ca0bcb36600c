/* "End all others": an epoch raise that spares one session by name (docs/adr/0002), by two people at once, while sessions
 * rotate, a third begins, and an administrator ends everything. No clock: every step takes any time.
 *
 * Claim: a session, or an access token, is accepted if and only if no raise since it was proven has ended it. The raise
 * that commits is the end of all but the one it names; nothing ever brings one back, nobody loses theirs for nothing.
 *
 * Actor      holds a session, ends all others: kernel/end-session.ts, `endAllSessions` and `removeSessions`
 * Newcomer   signs in: kernel/start-session.ts; the epoch is read with the proof, the session is made later
 * Rotation   kernel/rotate.ts: stamps the session with the epoch of its read
 * Admin      ends everything: stores `subjects.raiseEpoch(userId, null)`
 * Observer   compares what the rule says (domain/user.ts, `isOutranked`) with what happened
 *
 * runs:
 *   holds : as designed
 *   holds : BY_NAME_ONLY ONE_ACTOR : as long as nobody else ends anything, the name alone would do
 *   fails : BY_NAME_ONLY : a session that was ended is back when its own late raise spares it by name
 *   fails : FROM_STAYS : a later raise for another session keeps the earlier "good from" epoch
 *   fails : FROM_MOVES : a second raise for the same session forgets that the first had spared it
 *   fails : RESTAMP_BEFORE : the session is rewritten with the coming epoch before the raise; nobody is named
 *   fails : RESTAMP_AFTER : the session is rewritten with the new epoch after the raise; nobody is named
 *   fails : STAMP_AT_WRITE : a rotation stamps the epoch at its write instead of the one it has judged by
 *   fails : REMOVE_ALL_BUT_NAMED : tidying up removes every row but the spared one, whatever has begun since
 * large: RAISES=3
 */
#ifndef RAISES
#define RAISES 2                /* by each actor */
#endif
#define ACTOR_A 1
#define ACTOR_B 2
#define NEWCOMER 3
#define NOBODY 0

/* The subject row. */
byte epoch = 1;
byte spared = NOBODY;
byte sparedFrom;

/* The session rows. The access token of each actor was issued in the beginning, under epoch 1. */
bool exists[4];
byte stampedEpoch[4];
byte version[4];

/* What is true, whatever the rows say. */
bool proven[4];
bool ended[4];
bool newcomerIsIn;

#ifdef BY_NAME_ONLY
#define OUTRANKED(who, at) (at < epoch && spared != who)
#else
#define OUTRANKED(who, at) (at < epoch && !(spared == who && at >= sparedFrom))
#endif
#define LIVE(who) (exists[who] && !OUTRANKED(who, stampedEpoch[who]))

inline endTruly(who, spare) {
  if
  :: who != spare && proven[who] -> ended[who] = 1
  :: else
  fi
}

/* One statement (stores/sql/subjects.ts). */
inline raiseEpoch(spare) {
  if
#if defined(RESTAMP_BEFORE) || defined(RESTAMP_AFTER)
  :: spared = NOBODY; sparedFrom = 0
#else
  :: spare == NOBODY -> spared = NOBODY; sparedFrom = 0
#ifdef FROM_MOVES
  :: spare != NOBODY -> sparedFrom = epoch; spared = spare
#else
#ifdef FROM_STAYS
  :: spare != NOBODY && spared != NOBODY -> spared = spare
  :: spare != NOBODY && spared == NOBODY -> sparedFrom = epoch; spared = spare
#else
  :: spare != NOBODY && spared == spare
  :: spare != NOBODY && spared != spare -> sparedFrom = epoch; spared = spare
#endif
#endif
#endif
  fi;
  epoch++;
  endTruly(ACTOR_A, spare);
  endTruly(ACTOR_B, spare);
  endTruly(NEWCOMER, spare)
}

/* Judged by the subject row that the raise answered with: what has begun since is not its business. */
#define OUTRANKED_THEN(who) (stampedEpoch[who] < raisedTo && !(spare == who && stampedEpoch[who] >= from))
inline removeIfEnded(who, spare) {
  if
#ifdef REMOVE_ALL_BUT_NAMED
  :: who != spare -> exists[who] = 0
#else
  :: OUTRANKED_THEN(who) -> exists[who] = 0
#endif
  :: else
  fi
}

inline removeEnded(spare) {
  atomic {
    removeIfEnded(ACTOR_A, spare);
    removeIfEnded(ACTOR_B, spare);
    removeIfEnded(NEWCOMER, spare);
    raisedTo = 0;
    from = 0
  }
}

/* Authenticated once, in the beginning; everything after may come late. */
proctype Actor(byte spare) {
  byte raises;
  byte raisedTo;
  byte from;
  do
  :: raises == RAISES -> break
  :: raises < RAISES ->
     raises++;
#ifdef RESTAMP_BEFORE
     atomic {
       if
       :: exists[spare] -> stampedEpoch[spare] = epoch + 1; version[spare]++
       :: else
       fi
     };
#endif
     atomic { raiseEpoch(spare); raisedTo = epoch; from = sparedFrom };
#ifdef RESTAMP_AFTER
     atomic {
       if
       :: exists[spare] -> stampedEpoch[spare] = raisedTo; version[spare]++
       :: else
       fi
     };
#endif
     removeEnded(spare)
  od
}

proctype Newcomer() {
  byte epochOfProof;
  atomic { epochOfProof = epoch; proven[NEWCOMER] = 1 };
  atomic { exists[NEWCOMER] = 1; stampedEpoch[NEWCOMER] = epochOfProof; newcomerIsIn = 1 };
  atomic {                      /* begun already outranked: removed, and the sign-in refused */
    if
    :: !LIVE(NEWCOMER) -> exists[NEWCOMER] = 0
    :: else
    fi
  }
}

proctype Rotation(byte who) {
  byte epochRead;
  byte versionRead;
  bool live;
  atomic { live = LIVE(who); epochRead = epoch; versionRead = version[who] };
  atomic {
    if
    :: live && exists[who] && version[who] == versionRead ->
#ifdef STAMP_AT_WRITE
       stampedEpoch[who] = epoch;
#else
       stampedEpoch[who] = epochRead;
#endif
       version[who]++
    :: else
    fi
  }
}

proctype Admin() {
  byte raisedTo;
  byte from;
  atomic { raiseEpoch(NOBODY); raisedTo = epoch };
  removeEnded(NOBODY)
}

/* A newcomer who is not in yet has no session to be judged. */
#define RIGHT(who) (LIVE(who) == (proven[who] && !ended[who]))
#if defined(RESTAMP_BEFORE) || defined(RESTAMP_AFTER)
#define RIGHT_TOKEN(who) true   /* these are wrong about sessions already */
#else
#define RIGHT_TOKEN(who) (OUTRANKED(who, 1) == ended[who])
#endif

proctype Observer() {
  atomic {
    !RIGHT(ACTOR_A) || !RIGHT(ACTOR_B) || !RIGHT_TOKEN(ACTOR_A) || !RIGHT_TOKEN(ACTOR_B) ||
    (newcomerIsIn && !RIGHT(NEWCOMER)) ->
    assert(false)
  }
}

init {
  atomic {
    exists[ACTOR_A] = 1; stampedEpoch[ACTOR_A] = 1; proven[ACTOR_A] = 1;
    exists[ACTOR_B] = 1; stampedEpoch[ACTOR_B] = 1; proven[ACTOR_B] = 1;
    run Actor(ACTOR_A);
    run Rotation(ACTOR_A);
    run Rotation(ACTOR_B);
    run Newcomer();
    run Observer();
#ifndef ONE_ACTOR
    run Actor(ACTOR_B);
    run Admin()
#endif
  }
}

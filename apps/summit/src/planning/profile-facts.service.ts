import { AppError, type ProjectDocument } from '@cairn/contracts';
import { buildGraph, type DependencyGraph } from '@cairn/solver';
import { Injectable } from '@nestjs/common';
import { ProjectStore, type Profile } from '../projects/project.store.js';
import {
  RecipeStore,
  type RecipeRepository,
  type StoredRecipe,
} from '../repositories/recipe.store.js';
import { recipeFacts } from './domain/planning-facts.js';
import { recipesOfProfile } from './domain/profile-recipes.js';
import { PublishedFacts } from './published-facts.service.js';
import { SourceFactStore } from './source-fact.store.js';

/** Everything that plans for one profile are made from. */
export interface ProfilePlanFacts {
  readonly document: ProjectDocument;
  readonly profile: Profile;
  /** One a source. */
  readonly recipes: ReadonlyMap<string, StoredRecipe>;
  readonly repositories: ReadonlyMap<string, RecipeRepository>;
  /** Build dependencies with what those need at run time, as builds install them. */
  readonly graph: DependencyGraph;
  /** Names of the sources of which something is published. */
  readonly published: ReadonlySet<string>;
}

/** Reads what a plan for a profile is made from. */
@Injectable()
export class ProfileFacts {
  constructor(
    private readonly projects: ProjectStore,
    private readonly recipes: RecipeStore,
    private readonly sourceFacts: SourceFactStore,
    private readonly publishedFacts: PublishedFacts,
  ) {}

  async of(project: string, profileName: string): Promise<ProfilePlanFacts> {
    const [document, profile] = await Promise.all([
      this.projects.document(project),
      this.projects.profile(project, profileName),
    ]);
    if (document === null || profile === null)
      throw new AppError('profile.not-found', `There is no profile ${project}/${profileName}.`);
    const [allRecipes, repositories, observed, published] = await Promise.all([
      this.recipes.allRecipes(),
      this.recipes.repositories(),
      this.sourceFacts.all(),
      this.publishedFacts.of([profile]),
    ]);
    const own = repositories.filter((each) => each.project === project);
    const recipes = recipesOfProfile(allRecipes, own, profile);
    const seen = observed.filter(
      (each) => each.project === project && each.profile === profileName,
    );
    const nodes = [...recipes.values()].flatMap((recipe) => recipeFacts(recipe, seen));
    const others = published
      .filter(({ source }) => !recipes.has(source))
      .map(({ source, packages }) => ({ source, buildDepends: [], packages }));
    return {
      document,
      profile,
      recipes,
      repositories: new Map(own.map((each) => [each.name, each])),
      graph: buildGraph([...nodes, ...others], { closure: true }),
      published: new Set(published.map((each) => each.source)),
    };
  }
}
